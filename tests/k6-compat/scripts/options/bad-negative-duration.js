export const options = { duration: "-1s" };

export default function () {
  console.log("never");
}
