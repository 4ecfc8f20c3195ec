import http from "k6/http";

class Page {
  constructor(code) {
    this.status = http.get(`${__ENV.HTTP}/status/${code}`).status;
  }
}
export default function () {
  console.log(new Page(202).status);
}
