import http from "k6/http";

export const options = { throw: true, iterations: 2 };

export default function () {
  if (__ITER === 0) {
    try {
      http.get("http://127.0.0.1:1/");
    } catch (error) {
      console.log("caught", typeof error);
    }
    console.log(http.get("http://127.0.0.1:1/", { throw: false }).status);
  }
  http.get("http://127.0.0.1:1/");
  console.log("never");
}
