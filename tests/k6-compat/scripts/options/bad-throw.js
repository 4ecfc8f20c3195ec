export const options = { throw: "yes" };

export default function () {
  console.log("never");
}
