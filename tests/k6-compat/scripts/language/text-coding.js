export default function () {
  const bytes = new TextEncoder().encode("ä😀");
  console.log(bytes.join(), bytes instanceof Uint8Array, new TextEncoder().encoding);
  console.log(new TextDecoder().decode(bytes), new TextDecoder("utf-8").encoding);
  console.log(new TextDecoder("utf-16le").decode(new Uint8Array([65, 0, 66, 0])));
  console.log(new TextDecoder().decode(new Uint8Array([0xff, 65])).length);
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array([0xff]));
    console.log("decoded");
  } catch (error) {
    console.log("refused");
  }
  try {
    new TextDecoder("no-such-coding");
    console.log("made");
  } catch (error) {
    console.log("refused");
  }
  console.log(new TextDecoder().decode(), new TextDecoder().decode(new Uint8Array([65]).buffer));
}
