const http = require("k6/http");
const { check } = require("k6");

module.exports.options = { iterations: 1 };

module.exports.default = function () {
  const response = http.get(`${__ENV.HTTP}/get`);
  console.log(response.status, check(response, { ok: (r) => r.status === 200 }));
};
