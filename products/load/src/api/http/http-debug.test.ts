import { expect, test } from "bun:test";
import type { HttpSettings } from "../../plan/plan.ts";
import { echoServer } from "./testing/echo-server.ts";
import { k6Script } from "./testing/k6-script.ts";

async function printed(httpDebug: HttpSettings["httpDebug"], body: string): Promise<string[]> {
  const headers = { "x-answer": "42", date: "today" };
  await using server = echoServer({ "/p": () => new Response("answered", { headers }) });
  using script = k6Script({ settings: { httpDebug } });
  await script.run((http) => http.post(`${server.url}p`, body));
  return script.vu.warnings.map((line) => line.replaceAll(`127.0.0.1:${server.port}`, "HOST"));
}

test("headers: both heads", async () => {
  const [request, response = "", ...more] = await printed("headers", "asked");
  expect(more).toEqual([]);
  expect(request).toBe(
    "Request to http://HOST:\nPOST /p HTTP/1.1\nHost: HOST\nUser-Agent: test\nContent-Length: 5",
  );
  expect(response).toStartWith("Response from http://HOST:\nHTTP/1.1 200 OK\n");
  expect(response.toLowerCase()).toContain("\nx-answer: 42");
  expect(response).not.toContain("answered");
});

test.each([
  ["small", "asked"],
  ["larger than goes out at once", "x".repeat(100_000)],
])("full: with a body that is %s", async (_name, body) => {
  const [request, response] = await printed("full", body);
  expect(request).toEndWith(`\n\n${body}`);
  expect(response).toEndWith("\n\nanswered");
});

test("nothing without the option", async () => {
  expect(await printed("", "asked")).toEqual([]);
});

test("an answer that never came is said to be none", async () => {
  using script = k6Script({ settings: { httpDebug: "full" } });
  await script.run((http) => http.get("http://127.0.0.1:1/"));
  expect(script.vu.warnings[1]).toStartWith("Response from http://127.0.0.1:1:\n(none: Cannot");
});
