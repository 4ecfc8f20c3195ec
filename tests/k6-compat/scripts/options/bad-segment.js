export const options = { executionSegment: "3:4" };

export default function () {
  console.log("never");
}
