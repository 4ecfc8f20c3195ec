export const options = { tags: { a: { b: 1 } } };

export default function () {
  console.log("never");
}
