export const options = { tlsCipherSuites: ["TLS_ROT13"] };

export default function () {
  console.log("never");
}
