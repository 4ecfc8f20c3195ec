export function setup() {
  const ring = {};
  ring.self = ring;
  return ring;
}
export default function () {
  console.log("never");
}
