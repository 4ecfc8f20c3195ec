import http from "k6/http";

export default function () {
  const post = (compression) =>
    http.post(`${__ENV.HTTP}/echo-length`, "a".repeat(5000), { compression });
  for (const coding of ["gzip", "deflate", "zstd", "br", "gzip, deflate"]) {
    const { status, headers, request } = post(coding);
    const sent = headers["X-Length"];
    console.log(
      coding,
      status,
      headers["X-Coding"],
      sent > 0 && sent < 1000,
      request.headers["Content-Encoding"],
    );
  }
  try {
    post("rot13");
    console.log("sent");
  } catch (error) {
    console.log("refused");
  }
}
