import http from "k6/http";

export default function () {
  [1, 2, 3].forEach((n) => {
    const { status } = http.get(`${__ENV.HTTP}/status/20${n}`);
    console.log(status);
    if (n === 2) throw new Error(`at ${n}`);
  });
}
