const big = 2n ** 64n;
const sticky = /(?<year>\d{4})-(?<month>\d\d)/u;

export default function () {
  console.log(String(big), typeof big, 1_000, 0b11, 0o17, 2 ** 10);
  console.log("2026-11".match(sticky).groups.month, "aXbX".replaceAll("X", "-"));
  console.log(Object.fromEntries([["a", 1]]).a, Object.entries({ b: 2 }).join());
  console.log("x".padStart(3, "-"), " y ".trim(), "ab".repeat(2), "abc".includes("b"));
  console.log(Number.isInteger(5), Math.trunc(-1.5), Math.hypot(3, 4), (0.1 + 0.2).toFixed(2));
  console.log(new WeakMap() instanceof WeakMap, Symbol("s").description, typeof globalThis);
  console.log(new Date(Date.UTC(2026, 0, 2, 3, 4, 5)).toISOString(), JSON.stringify([undefined]));
  console.log(encodeURIComponent("ä/?"), decodeURIComponent("%C3%A4"), parseInt("12px", 10));
  console.log(isNaN(NaN), escape("ä"), [..."ab"].entries().next().value.join());
  const proxy = new Proxy({}, { get: (_target, name) => `got ${String(name)}` });
  console.log(proxy.anything, Reflect.ownKeys({ a: 1 }).join());
  console.log(Array.isArray(new Array(3)), new Float32Array([1.5])[0], [1, 2, 3].toString());
  label: for (;;) break label;
  var hoisted = typeof later;
  function later() {}
  console.log(hoisted, Object.is(-0, 0), [NaN].includes(NaN), `${[1, 2]}`, {} + "");
  console.log(new Intl_().name);
}
class Intl_ {
  static #made = 0;
  name = `number ${++Intl_.#made}`;
  static {
    this.ready = true;
  }
}
