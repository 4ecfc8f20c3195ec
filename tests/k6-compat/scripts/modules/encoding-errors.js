import { b64decode, b64encode } from "k6/encoding";

export default function () {
  const tries = {
    number: () => b64encode(5),
    nothing: () => b64encode(undefined),
    null: () => b64encode(null),
    object: () => b64encode({}),
    "unknown encoding": () => b64encode("a", "rot13"),
    "unknown to decode": () => b64decode("YQ==", "rot13", "s"),
    view: () => b64encode(new Uint8Array([1, 2])),
    "bad padding": () => b64decode("YQ", "std", "s"),
    "no padding wanted": () => b64decode("YQ==", "rawstd", "s"),
    empty: () => b64decode("", "std", "s"),
  };
  for (const [name, attempt] of Object.entries(tries)) {
    try {
      console.log(name, attempt());
    } catch (error) {
      console.log(name, "refused");
    }
  }
}
