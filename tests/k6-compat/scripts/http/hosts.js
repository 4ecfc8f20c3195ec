import http from "k6/http";

export const options = {
  hosts: {
    "shop.test": "127.0.0.1",
    "api.test:80": `127.0.0.1:${__ENV.HTTP_PORT}`,
    "*.wild.test": `127.0.0.1:${__ENV.HTTP_PORT}`,
  },
};

export default function () {
  console.log(http.get(`http://shop.test:${__ENV.HTTP_PORT}/get`).status);
  console.log(http.get("http://api.test/get").json("headers.Host"));
  console.log(http.get("http://a.wild.test/get").status);
}
