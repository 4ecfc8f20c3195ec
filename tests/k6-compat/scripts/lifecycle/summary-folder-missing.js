export default function () {}
export function handleSummary() {
  return { "no/such/folder/a.txt": "text", "b.txt": "fine" };
}
