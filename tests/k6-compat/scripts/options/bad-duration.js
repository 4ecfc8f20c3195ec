export const options = { duration: "10 parsecs" };

export default function () {
  console.log("never");
}
