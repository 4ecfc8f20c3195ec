export default function () {
  console.log("a", 1, true, null, undefined, 1.5);
  console.log({ a: 1, b: [1, { c: "x" }] }, [1, "two"]);
  console.info("info");
  console.warn("warn");
  console.error("error");
  console.debug("debug");
  console.log(
    () => 1,
    function named() {},
  );
  const ring = { name: "ring" };
  ring.self = ring;
  console.log(ring);
  console.log(new Date(0), /x/, new Error("an error"), Symbol.iterator.toString());
  class Thing {
    constructor() {
      this.id = 1;
    }
  }
  console.log(new Thing(), new Map([[1, 2]]), new Set([1]));
  console.log(new Uint8Array([1, 2]), new ArrayBuffer(2));
  console.log();
  console.log("%s %d", "x", 1);
  console.log(-0, NaN, 1e21, 10n);
}
