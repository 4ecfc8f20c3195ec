import { sleep } from "k6";
import http from "k6/http";

const status = (code) => http.get(`${__ENV.HTTP}/status/${code}`).status;
const operations = [() => status(201), () => status(202), () => 0];
const named = {
  make: () => status(203),
  get plain() {
    return 7;
  },
};

class Client {
  constructor(base) {
    this.base = base;
  }
  fetch(path) {
    return http.get(this.base + path);
  }
  both(...paths) {
    return paths.map((path) => this.fetch(path).status);
  }
}

class Loud extends Client {
  fetch(path) {
    console.log(`fetching ${path}`);
    return super.fetch(path);
  }
}

function withDefault(answer = status(204)) {
  return answer;
}

function* pages() {
  yield status(200);
  yield status(205);
}

function depth(n) {
  return n === 0 ? status(200) : depth(n - 1) + 1;
}

export default function () {
  for (let i = 0; i < operations.length; i += 1) console.log(operations[i]());
  const key = "make";
  console.log(named[key](), named.plain);
  console.log(new Loud(__ENV.HTTP).both("/status/200", "/status/202").join());
  console.log(withDefault(), withDefault(1));
  console.log([...pages()].join());
  for (const page of pages()) console.log(page);
  console.log(depth(3));
  console.log([1, 2, 3].filter((n) => status(200 + n) > 201).join());
  console.log([3, 1, 2].sort((a, b) => a - b).join());
  console.log([1, 2].reduce((sum, n) => sum + status(200 + n), 0));
  console.log(
    [1, 2].some((n) => status(200) === n),
    [1].every(() => status(200) === 200),
  );
  const missing = undefined;
  console.log(missing?.fetch("/").status, new Client(__ENV.HTTP)?.fetch("/status/200").status);
  console.log(`${status(200)} and ${status(201) || status(202)}`);
  outer: for (const a of [1, 2]) {
    for (const b of [1, 2]) {
      if (status(200) === 200 && b === 2) continue outer;
      console.log(`${a}${b}`);
    }
  }
  try {
    status(200);
    throw new Error("thrown");
  } catch (error) {
    console.log(error.message, status(200));
  } finally {
    sleep(0.001);
    console.log("finally");
  }
}
