export function setup() {
  return { made: () => 1 };
}
export default function () {
  console.log("never");
}
