export const options = { summaryTrendStats: ["avg", "most"] };

export default function () {
  console.log("never");
}
