import http from "k6/http";

class Page {
  get status() {
    return http.get(`${__ENV.HTTP}/status/201`).status;
  }
}
export default function () {
  console.log(new Page().status);
}
