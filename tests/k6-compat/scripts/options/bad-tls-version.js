export const options = { tlsVersion: "ssl3.0" };

export default function () {
  console.log("never");
}
