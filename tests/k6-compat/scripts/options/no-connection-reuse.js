import http from "k6/http";

export const options = { noConnectionReuse: true };

export default function () {
  http.get(`${__ENV.HTTP}/get`);
  console.log(http.get(`${__ENV.HTTP}/get`).timings.connecting > 0);
}
