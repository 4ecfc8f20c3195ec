export const options = { scenarios: { a: { executor: "shared-iterations", rate: 1 } } };

export default function () {
  console.log("never");
}
