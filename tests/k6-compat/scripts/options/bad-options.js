export const options = "text";

export default function () {
  console.log("never");
}
