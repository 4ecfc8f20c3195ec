// k6: --insecure-skip-tls-verify
import http from "k6/http";

export const options = {
  tlsVersion: { min: "tls1.2", max: "tls1.2" },
  tlsCipherSuites: [
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
  ],
};

export default function () {
  const response = http.get(`${__ENV.HTTPS}/get`);
  console.log(response.tls_version === http.TLS_1_2, response.tls_cipher_suite, response.proto);
  console.log(response.ocsp.status, http.OCSP_STATUS_GOOD, http.OCSP_REASON_UNSPECIFIED);
  console.log(response.timings.tls_handshaking > 0, http.get(`${__ENV.HTTP}/get`).tls_version);
}
