// compared: stdout
export default function () {}
export function handleSummary() {
  return {
    stdout: "to standard output\n",
    "a.txt": "text",
    "b.json": JSON.stringify({ a: 1 }),
    "c.bin": new Uint8Array([65, 66, 67]).buffer,
  };
}
