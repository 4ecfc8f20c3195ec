import http from "k6/http";

export const options = { noVUConnectionReuse: true, iterations: 2 };

export default function () {
  console.log(http.get(`${__ENV.HTTP}/get`).timings.connecting > 0);
  console.log(http.get(`${__ENV.HTTP}/get`).timings.connecting > 0);
}
