// k6: --execution-segment 1/3:2/3 --execution-segment-sequence 0,1/3,2/3,1
export const options = {
  scenarios: { a: { executor: "per-vu-iterations", vus: 4, iterations: 2 } },
};

export default function () {}
