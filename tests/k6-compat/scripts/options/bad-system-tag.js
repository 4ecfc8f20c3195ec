export const options = { systemTags: ["status", "mood"] };

export default function () {
  console.log("never");
}
