import http from "k6/http";

export default async function () {
  const response = await http.asyncRequest(
    "POST",
    `${__ENV.HTTP}/post`,
    { a: "b" },
    { tags: { x: "y" } },
  );
  console.log(response.status, response.json("form.a"), response.request.method);
  const failed = await http.asyncRequest("GET", "http://127.0.0.1:1/");
  console.log(failed.status, failed.error_code);
  await http
    .asyncRequest("GET", "http://127.0.0.1:1/", null, { throw: true })
    .catch(() => console.log("rejected"));
  const both = [1, 2].map((n) => http.asyncRequest("GET", `${__ENV.HTTP}/slow?n=${n}`));
  const began = Date.now();
  console.log(
    (await Promise.all(both)).map(({ status }) => status).join(),
    Date.now() - began < 190,
  );
  http
    .asyncRequest("GET", `${__ENV.HTTP}/get`)
    .then(({ status }) => console.log("not awaited", status));
}
