import k6 from "k6";
import http from "k6/http";

export default function () {
  console.log(Object.keys(k6).sort().join(), Object.keys(http).length > 10);
}
