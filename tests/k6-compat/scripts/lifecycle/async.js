export async function setup() {
  await new Promise((resolve) => setTimeout(resolve, 5));
  return { from: "promise" };
}
export default async function ({ from }) {
  await null;
  console.log(from);
}
export async function teardown({ from }) {
  await null;
  console.log("teardown", from);
}
export async function handleSummary() {
  await null;
  return { "summary.txt": "text" };
}
