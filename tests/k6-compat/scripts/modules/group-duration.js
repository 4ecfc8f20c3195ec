import { group, sleep } from "k6";

export const options = {
  thresholds: { "group_duration{group:::slow}": ["min>=50", "max<2000"] },
};

export default function () {
  group("slow", () => sleep(0.05));
}
export function handleSummary({ metrics }) {
  console.log(
    metrics.group_duration.type,
    metrics.group_duration.contains,
    metrics.group_duration.values.min >= 50,
  );
  return {};
}
