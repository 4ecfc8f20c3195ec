// k6: --insecure-skip-tls-verify
import http from "k6/http";

export default function () {
  const response = http.get(`${__ENV.HTTPS}/get?a=1`);
  console.log(response.status, response.proto, response.tls_version, response.json("args.a"));
  const sent = http.post(`${__ENV.HTTPS}/post`, "x".repeat(100000));
  console.log(sent.status, sent.json("data").length, sent.request.method);
  console.log(
    http
      .batch([`${__ENV.HTTPS}/get`, `${__ENV.HTTPS}/status/204`])
      .map(({ status }) => status)
      .join(),
  );
}
