import http from "k6/http";

const status = (code) => http.get(`${__ENV.HTTP}/status/${code}`).status;

export default function () {
  outer: for (let i = 0; i < 3; i += 1) {
    for (let j = 0; j < 3; j += 1) {
      if (status(200 + j) === 201) continue outer;
      if (i === 2) break outer;
      console.log(i, j);
    }
  }
  let n = 0;
  while (status(200 + n) < 203) n += 1;
  console.log(n);
  do {
    n -= 1;
  } while (status(200 + n) > 200);
  console.log(n);
  for (const key in { a: 1, b: 2 }) console.log(key, status(200));
  for (const [key, value] of Object.entries({ a: 201, b: 202 })) console.log(key, status(value));
  for (const [key, value] of new Map([["x", 203]])) console.log(key, status(value));
  block: {
    if (status(204) === 204) break block;
    console.log("never");
  }
  switch (status(201)) {
    case status(200):
      console.log("200");
      break;
    case status(201):
      console.log("201");
    case 5:
      console.log("falls through");
      break;
    default:
      console.log("never");
  }
  const made = [];
  for (let i = 0; i < 3; i += 1) made.push(() => status(200 + i));
  console.log(made.map((one) => one()).join());
}
