export const options = {
  scenarios: { a: { executor: "constant-vus", vus: 1, duration: "1s", gracefulStop: "0s" } },
};

export default function () {
  while (true) {}
}

export function teardown() {
  console.log("survived");
}
