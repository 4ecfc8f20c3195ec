export const options = { userAgent: 5 };

export default function () {
  console.log("never");
}
