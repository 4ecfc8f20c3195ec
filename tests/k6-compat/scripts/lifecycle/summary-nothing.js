// compared: stdout
export default function () {}
export function handleSummary() {
  return {};
}
