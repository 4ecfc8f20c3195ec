export const options = { batch: "x" };

export default function () {
  console.log("never");
}
