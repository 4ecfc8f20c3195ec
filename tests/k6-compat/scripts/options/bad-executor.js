export const options = { scenarios: { a: { executor: "unheard-of" } } };

export default function () {
  console.log("never");
}
