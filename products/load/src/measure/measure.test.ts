import { expect, test } from "bun:test";
import type { Exchange } from "@breakwater/http-client";
import { emptyTotals, Measure } from "./measure.ts";
import { emptyTags, HttpTags, VuTags } from "./sample-tags.ts";

const exchange = {
  endedMs: 1000,
  blockedMs: 1,
  lookingUpMs: 2,
  connectingMs: 3,
  tlsHandshakingMs: 4,
  sendingMs: 10,
  waitingMs: 20,
  receivingMs: 30,
  failure: undefined,
} as Exchange;

function measured(act: (measure: Measure) => void): Record<string, number> {
  const totals = emptyTotals();
  const values: Record<string, number> = {};
  totals.registry.listen(({ name }, value) => {
    values[name] = value;
  });
  act(new Measure(totals));
  return values;
}

const request = {
  http_reqs: 1,
  http_req_failed: 0,
  http_req_duration: 60,
  http_req_blocked: 1,
  http_req_looking_up: 2,
  http_req_connecting: 3,
  http_req_tls_handshaking: 4,
  http_req_sending: 10,
  http_req_waiting: 20,
  http_req_receiving: 30,
};

test("a request fills k6's metrics; from when it was due only where that is known", () => {
  const tags = new HttpTags(new VuTags());
  expect(measured((measure) => measure.request(exchange, tags, undefined))).toEqual(request);
  expect(measured((measure) => measure.request(exchange, tags, 100))).toEqual({
    ...request,
    http_req_due_duration: 900,
  });
});

test("only an answer counts as answered, whatever it says", () => {
  const measure = new Measure(emptyTotals());
  const tags = new HttpTags(new VuTags());
  tags.isExpected = false;
  measure.request(exchange, tags, undefined);
  const failure = { code: "reset", message: "" } as const;
  measure.request({ ...exchange, failure }, tags, undefined);
  expect(measure.answered).toBe(1);
});

test("an iteration counts from its start, and from when it was due", () => {
  const act = (dueMs: number | undefined) =>
    measured((measure) => measure.iteration(50, 80, dueMs, emptyTags));
  expect(act(undefined)).toEqual({ iterations: 1, iteration_duration: 30 });
  expect(act(20)).toEqual({
    iterations: 1,
    iteration_duration: 30,
    iteration_start_lag: 30,
    iteration_due_duration: 60,
  });
});

test("checks, dropped iterations and bytes", () => {
  const values = measured((measure) => {
    measure.check("a", true, emptyTags, "::g", 0);
    measure.dropped(3, emptyTags, 0);
    measure.bytes(5, 6, emptyTags, 0);
    expect(measure.checkTree.drain()).toContainEqual({ path: "::g", checks: [["a", 1, 0]] });
  });
  expect(values).toEqual({ checks: 1, dropped_iterations: 3, data_sent: 5, data_received: 6 });
});
