export const options = { hosts: { "a.test": "no address" } };

export default function () {
  console.log("never");
}
