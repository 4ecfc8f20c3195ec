function deep() {
  throw new Error("deep down");
}
export default function () {
  console.log("before");
  deep();
}
