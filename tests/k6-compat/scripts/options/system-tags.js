import exec from "k6/execution";
import http from "k6/http";

export const options = {
  iterations: 2,
  systemTags: ["status", "iter", "vu", "ip"],
  thresholds: {
    "http_reqs{status:200}": ["count==2"],
    "http_reqs{method:GET}": ["count==0"],
    "http_reqs{ip:127.0.0.1}": ["count==2"],
  },
};

export default function () {
  http.get(`${__ENV.HTTP}/get`);
  console.log(Object.keys(exec.vu.metrics.tags).sort().join());
}
