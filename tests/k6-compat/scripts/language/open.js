const text = open("../imported/users.json");
const bytes = open("../imported/users.json", "b");
const again = open(import.meta.resolve("../imported/users.json"));

export default function () {
  console.log(typeof text, JSON.parse(text).length, again === text);
  console.log(bytes instanceof ArrayBuffer, bytes.byteLength, new Uint8Array(bytes)[0]);
}
