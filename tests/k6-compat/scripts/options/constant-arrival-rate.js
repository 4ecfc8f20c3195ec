export const options = {
  scenarios: {
    a: {
      executor: "constant-arrival-rate",
      rate: 600,
      timeUnit: "1m",
      duration: "1050ms",
      preAllocatedVUs: 2,
    },
  },
};

export default function () {}
