export const options = { dns: { select: "worst" } };

export default function () {
  console.log("never");
}
