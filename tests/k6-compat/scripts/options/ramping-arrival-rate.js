export const options = {
  scenarios: {
    a: {
      executor: "ramping-arrival-rate",
      startRate: 0,
      stages: [
        { duration: "1s", target: 21 },
        { duration: 0, target: 0 },
        { duration: "200ms", target: 0 },
      ],
      preAllocatedVUs: 3,
    },
  },
};

export default function () {}
