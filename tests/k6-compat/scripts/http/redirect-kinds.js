import http from "k6/http";

export default function () {
  const url = __ENV.HTTP;
  for (const code of [301, 302, 303, 307, 308]) {
    for (const method of ["GET", "POST", "PUT"]) {
      const response = http.request(
        method,
        `${url}/redirect-as/${code}`,
        method === "GET" ? null : "body",
      );
      console.log(
        code,
        method,
        response.status,
        response.json("method"),
        response.json("data"),
        response.request.method,
      );
    }
  }
  const away = http.get(`${url}/redirect-to?url=http://127.0.0.1:1/`);
  console.log(away.status, away.error_code, away.url);
  const loop = http.get(`${url}/redirect/15`);
  console.log(loop.status, loop.url);
  const signed = http.get(`${url}/redirect-to?url=/headers`, {
    headers: { Authorization: "Bearer x" },
  });
  console.log(signed.json("headers.authorization"));
}
