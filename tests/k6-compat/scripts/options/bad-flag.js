// k6: --no-such-flag
export const options = undefined;

export default function () {
  console.log("never");
}
