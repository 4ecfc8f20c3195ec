export const options = { scenarios: { a: { executor: "shared-iterations", startTime: "-5s" } } };

export default function () {
  console.log("never");
}
