import http from "k6/http";

export const options = { noCookiesReset: true, iterations: 2 };

export default function () {
  console.log(http.get(`${__ENV.HTTP}/cookies`).json("cookies.a"));
  http.get(`${__ENV.HTTP}/cookies/set?a=1`);
}
