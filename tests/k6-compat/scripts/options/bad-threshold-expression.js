export const options = { thresholds: { iterations: ["count is 1"] } };

export default function () {
  console.log("never");
}
