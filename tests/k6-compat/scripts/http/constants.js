import http, * as all from "k6/http";

export default function () {
  const { TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3 } = http;
  console.log(TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3);
  const statuses = ["GOOD", "REVOKED", "SERVER_FAILED", "UNKNOWN"];
  console.log(statuses.map((name) => http[`OCSP_STATUS_${name}`]).join());
  const reasons = ["UNSPECIFIED", "KEY_COMPROMISE", "CA_COMPROMISE", "SUPERSEDED", "AA_COMPROMISE"];
  console.log(reasons.map((name) => http[`OCSP_REASON_${name}`]).join());
  console.log(typeof all.get, all.TLS_1_3);
}
