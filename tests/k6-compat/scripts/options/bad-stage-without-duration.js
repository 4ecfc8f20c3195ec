export const options = { stages: [{ target: 1 }] };

export default function () {
  console.log("never");
}
