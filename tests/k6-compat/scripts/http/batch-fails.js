import http from "k6/http";

export default function () {
  const [refused, fine] = http.batch(["http://127.0.0.1:1/", `${__ENV.HTTP}/get`]);
  console.log(refused.status, refused.error_code, fine.status);
  try {
    http.batch([["GET", "http://127.0.0.1:1/", null, { throw: true }], `${__ENV.HTTP}/get`]);
    console.log("went on");
  } catch (error) {
    console.log("threw");
  }
}
