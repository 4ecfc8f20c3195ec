import http from "k6/http";

export const options = { rps: 10, vus: 2, iterations: 4 };

export default function () {
  http.get(`${__ENV.HTTP}/get`);
}

export function handleSummary({ state }) {
  console.log(state.testRunDurationMs >= 290 && state.testRunDurationMs < 2000);
  return {};
}
