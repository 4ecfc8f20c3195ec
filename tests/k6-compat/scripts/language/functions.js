import { group, sleep } from "k6";
import http from "k6/http";

const status = (code) => http.get(`${__ENV.HTTP}/status/${code}`).status;
const later =
  (fn, ...args) =>
  () =>
    fn(...args);
const steps = { one: later(status, 200), two: later(status, 201) };
const twice = (fn) => (x) => fn(fn(x) + 1);

function retry(times, attempt) {
  for (let i = 1; i <= times; i += 1) {
    const got = attempt(i);
    if (got < 300) return `${got} at ${i}`;
    sleep(0.001);
  }
  return "gave up";
}
function tree(depth) {
  if (depth === 0) return [status(200)];
  return [...tree(depth - 1), depth];
}
function even(n) {
  return n === 0 ? status(200) : odd(n - 1);
}
function odd(n) {
  return n === 0 ? status(201) : even(n - 1);
}
function withArguments() {
  return [...arguments].map(status).join() + this;
}
export default function () {
  for (const [name, step] of Object.entries(steps)) console.log(name, group(name, step));
  console.log(twice(status)(200));
  console.log(retry(3, (i) => status(i < 3 ? 503 : 204)));
  console.log(tree(2).join(), even(3), odd(3));
  console.log(withArguments.call("!", 200, 201), withArguments.apply("?", [202]));
  const queue = [];
  queue.push(() => status(200));
  queue.push(later(status, 202));
  while (queue.length > 0) console.log(queue.shift()());
  const memo = new Map();
  const cached = (code) => {
    if (!memo.has(code)) memo.set(code, status(code));
    return memo.get(code);
  };
  console.log(cached(200) + cached(200), memo.size);
  const compose =
    (...fns) =>
    (x) =>
      fns.reduce((value, fn) => fn(value), x);
  console.log(compose((x) => x + 1, status, String)(200));
  (function named(n) {
    if (n > 0) named(n - 1);
    else console.log(status(205));
  })(2);
}
