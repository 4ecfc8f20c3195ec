export const options = { scenarios: { a: { executor: "shared-iterations", exec: "named" } } };
export const named = () => console.log("named");
