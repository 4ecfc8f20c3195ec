import x509 from "k6/crypto/x509";
import { sorted } from "../imported/sorted.js";

const pem = open("../imported/certificate.pem");

export default function () {
  console.log(sorted(x509.getSubject(pem)), sorted(x509.getIssuer(pem)));
  console.log(x509.getAltNames(pem).join());
  const { subject, issuer, notBefore, notAfter, altNames, signatureAlgorithm, fingerPrint } =
    x509.parse(pem);
  console.log(subject.commonName, issuer.country, notBefore, notAfter, altNames.join());
  console.log(signatureAlgorithm, new Uint8Array(fingerPrint).join());
  for (const wrong of [() => x509.parse("text"), () => x509.parse(), () => x509.getSubject(5)]) {
    try {
      console.log(typeof wrong());
    } catch (error) {
      console.log("refused");
    }
  }
}
