const { sleep } = require("k6");
const http = require("k6/http");
const { Counter } = require("k6/metrics");
const helper = require("../imported/common.cjs.js");

const counter = new Counter("my_counter");

exports.options = { iterations: 2 };
exports.setup = () => ({ base: __ENV.HTTP });
exports.default = ({ base }) => {
  sleep(0.001);
  counter.add(http.get(`${base}/status/201`).status);
  console.log(helper.twice(http.get(`${base}/status/202`).status), helper.count());
};
