import http from "k6/http";

export const options = { batch: 4 };

export default function () {
  const url = __ENV.HTTP;
  const list = http.batch([
    `${url}/get?n=1`,
    ["GET", `${url}/status/204`],
    ["POST", `${url}/post`, "body", { tags: { kind: "batch" } }],
    { method: "PUT", url: `${url}/put`, body: "b", params: { headers: { "X-A": "1" } } },
    { method: "GET", url: `${url}/status/500` },
  ]);
  console.log(list.length, list.map(({ status }) => status).join());
  const named = http.batch({
    one: `${url}/status/201`,
    two: { method: "GET", url: `${url}/status/202` },
  });
  console.log(named.one.status, named.two.status);
  console.log(http.batch([]).length);
}
