// k6: --compatibility-mode base
const http = require("k6/http");

module.exports.default = function () {
  console.log(http.get(`${__ENV.HTTP}/status/200`).status);
};
