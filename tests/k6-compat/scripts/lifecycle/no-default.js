export function setup() {
  console.log("never");
}
