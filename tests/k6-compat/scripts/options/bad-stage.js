export const options = { stages: [{ duration: "1s", target: "x" }] };

export default function () {
  console.log("never");
}
