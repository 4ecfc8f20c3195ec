import http from "k6/http";

const status = (code) => http.get(`${__ENV.HTTP}/status/${code}`).status;

export default function () {
  console.log(JSON.stringify({ a: 200 }, (key, value) => (key === "a" ? status(value) : value)));
}
