import encoding, { b64decode, b64encode } from "k6/encoding";

export default function () {
  for (const kind of ["std", "rawstd", "url", "rawurl", null, undefined]) {
    const text = b64encode("hello? wörld>", kind);
    console.log(kind, text, b64decode(text, kind, "s"));
  }
  console.log(
    new Uint8Array(encoding.b64decode("AQID")).join(),
    b64encode(new Uint8Array([1, 2, 255]).buffer),
  );
  try {
    b64decode("!!!");
  } catch (error) {
    console.log("refused");
  }
}
