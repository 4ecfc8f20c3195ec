export default function () {
  console.log([undefined, null, NaN, Infinity], {
    u: undefined,
    n: null,
    f: () => 1,
    s: Symbol("x"),
  });
  console.log(new Date(86400000), { d: new Date(0) }, [new Date(0)]);
  console.log(
    { toJSON: () => "own" },
    new (class A {
      toString() {
        return "A!";
      }
    })(),
  );
  console.log(Object.create(null), Object.create({ inherited: 1 }), new Proxy({ a: 1 }, {}));
  console.log("text\nwith\tlines", ["nested", ["deep", { x: [] }]], "", []);
  console.log(
    new Error("plain").message,
    String(new TypeError("typed")),
    new WeakMap(),
    Promise.resolve(1),
  );
  console.log(true, [true, false], { a: { b: { c: { d: 1 } } } }, [[[[1]]]]);
  console.log(new String("boxed"), new Number(5), Object("x"), [, 1], [1, , 2]);
  console.log(1e-7, 123456789012345680000, 0.1 + 0.2, [-0], 5n.toString());
  console.log(new Uint8Array(3), new Float64Array([1.5]), new DataView(new ArrayBuffer(1)));
  const shared = { x: 1 };
  console.log(
    [shared, shared],
    function () {},
    class B {},
    async () => {},
    Math.max,
  );
  console.log(
    typeof console.table,
    typeof console.trace,
    typeof console.time,
    Object.keys(console).sort().join(),
  );
}
