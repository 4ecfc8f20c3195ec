// k6: --vus x
export const options = undefined;

export default function () {
  console.log("never");
}
