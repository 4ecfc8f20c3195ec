import { expect, test } from "bun:test";
import { testDescriber } from "../testing/test-describer.ts";
import { status } from "./status.ts";

test.each([
  ["200", "OK"],
  ["299", "Unknown Status Code"],
  ["302", "Found"],
  ["404", "Not Found"],
  ["500", "Internal Server Error"],
  ["599", "Unknown Status Code"],
])("/status/%s says %s and describes the request", async (code, message) => {
  const response = await get(code);
  expect(response.status).toBe(Number(code));
  const description = JSON.parse(await response.text());
  expect(description).toMatchObject({ uri: "/a", status_code: Number(code) });
  expect(Object.entries(description).at(-1)).toEqual(["status_message", message]);
});

test.each(["204", "205", "304"])("/status/%s has no body, as HTTP has it", async (code) => {
  const response = await get(code);
  expect(response.status).toBe(Number(code));
  expect(response.body).toBeNull();
});

test.each(["", "0", "99", "600", "1000", "-200", "2e2", "0xc8", "200.0", " 200", "NaN", "ok"])(
  "/status/%s is refused with what would do",
  async (code) => {
    const response = await get(code);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: expect.stringContaining("from 200 to 599") });
  },
);

test.each(["100", "101", "103", "199"])("/status/%s is said to be missing", async (code) => {
  const response = await get(code);
  expect(response.status).toBe(501);
  expect(await response.json()).toEqual({
    error: expect.stringContaining(`interim status ${code}`),
  });
});

const get = async (code: string): Promise<Response> =>
  status({ describe: testDescriber() })(new Request("http://origin/a"), { code });
