// k6: --no-thresholds
export const options = { thresholds: { iterations: ["count>5"] } };

export default function () {}
