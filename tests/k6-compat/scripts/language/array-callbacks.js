import http from "k6/http";

const seen = [];
const status = (code) => {
  seen.push(code);
  return http.get(`${__ENV.HTTP}/status/${code}`).status;
};

export default function () {
  const codes = [200, 201, 202];
  codes.forEach((code, index, list) => console.log(status(code), index, list.length));
  console.log(codes.map(status).join());
  console.log(codes.filter((code) => status(code) !== 201).join());
  console.log(
    codes.find((code) => status(code) === 201),
    codes.findIndex((c) => status(c) > 200),
  );
  console.log(
    codes.findLast((code) => status(code) < 202),
    codes.findLastIndex((c) => status(c)),
  );
  console.log(
    codes.some((code) => status(code) === 200),
    codes.every((code) => status(code) < 201),
  );
  console.log(codes.reduce((sum, code) => sum + status(code), 0));
  console.log(codes.reduceRight((sum, code) => sum + status(code), ""));
  console.log(codes.flatMap((code) => [status(code), 0]).join());
  console.log(Array.from({ length: 2 }, (_, i) => status(200 + i)).join());
  console.log(Array.from(new Set([203]), (code) => status(code)).join());
  new Map([["k", 204]]).forEach((code, key) => console.log(key, status(code)));
  new Set([205]).forEach((code) => console.log(status(code)));
  console.log("a1b2".replace(/\d/g, (digit) => status(200 + Number(digit))));
  console.log(seen.join());
}
