export const options = { summaryTimeUnit: "h" };

export default function () {
  console.log("never");
}
