// k6: --tag from=flag
import http from "k6/http";

export const options = {
  tags: { team: "a", from: "script" },
  thresholds: {
    "http_reqs{team:a}": ["count==1"],
    "http_reqs{from:flag}": ["count==1"],
    "http_reqs{from:script}": ["count==0"],
    "iterations{from:flag}": ["count==1"],
  },
};

export default function () {
  http.get(`${__ENV.HTTP}/get`);
}
