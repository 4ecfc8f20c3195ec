export const options = { thresholds: { iterations: "count>0" } };

export default function () {
  console.log("never");
}
