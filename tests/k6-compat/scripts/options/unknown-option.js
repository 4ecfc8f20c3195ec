export const options = { iteration: 5, scenario: {}, iterations: 2 };

export default function () {
  console.log("runs");
}
