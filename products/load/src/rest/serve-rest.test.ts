import { expect, test } from "bun:test";
import { systemClock } from "@breakwater/system-clock";
import type { RunError } from "../exit-code.ts";
import { caught } from "../vu/testing/test-user.ts";
import { serveRest } from "./serve-rest.ts";
import { fakeControl } from "./testing/fake-control.ts";

const serve = (address: string) =>
  serveRest({ address, control: fakeControl(), clock: systemClock(), onError: () => {} });

test("the API answers where it was told to listen", async () => {
  await using server = serve("127.0.0.1:0");
  const answer = await fetch(new URL("/v1/status", server.url));
  expect(answer.headers.get("content-type")).toStartWith("application/json");
  expect(await answer.json()).toMatchObject({ data: { id: "default" } });
});

test("a port that is in use ends the run with k6's code for that", async () => {
  await using server = serve("127.0.0.1:0");
  const error = (await caught(() => serve(server.url.host))) as RunError;
  expect([error.exitCode, error.message]).toEqual([
    106,
    expect.stringContaining("another program has it"),
  ]);
});

test.each(["6565", "localhost", "localhost:99999", "a b:1:2"])(
  "the address %s is refused",
  async (address) => {
    const error = (await caught(() => serve(address))) as RunError;
    expect([error.exitCode, error.message]).toEqual([
      106,
      `Cannot serve the REST API at "${address}": give HOST:PORT, as localhost:6565`,
    ]);
  },
);
