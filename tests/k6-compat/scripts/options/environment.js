// k6: -e FROM=flag --user-agent flag
// env: K6_ITERATIONS=3 K6_VUS=3 K6_USER_AGENT=env FROM=environment OTHER=seen
import http from "k6/http";

export const options = { iterations: 10, vus: 1 };

export default function () {
  console.log(http.get(`${__ENV.HTTP}/user-agent`).json("user-agent"), __ENV.FROM, __ENV.OTHER);
}
