// k6: --execution-segment 0:1/4
export const options = {
  scenarios: { a: { executor: "shared-iterations", vus: 4, iterations: 20 } },
};

export default function () {}
