import { expect, test } from "bun:test";
import { openZeros } from "../zeros.ts";
import { bin } from "./bin.ts";

test.each([
  ["0", 0],
  ["11111", 11_111],
  ["1K", 1024],
  ["10k", 10_240],
  ["1M", 2 ** 20],
  ["5M", 5 * 2 ** 20],
])("/bin/%s sends %i zero bytes, in chunks too", async (size, bytes) => {
  for (const query of ["", "?chunked=false", "?chunked=true"]) {
    const response = await get(size, query);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/octet-stream");
    expect(await response.bytes()).toEqual(new Uint8Array(bytes));
  }
});

test.each(["10001G", "-1", "1e3", "0x10", "NaN", "1.5", "K", "1X", "", "9".repeat(400)])(
  "/bin/%s is refused with what would do",
  async (size) => {
    const response = await get(size);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: expect.stringContaining("up to 10737418240000"),
    });
  },
);

test("an answer to ?chunked that is neither yes nor no is refused", async () => {
  const response = await get("1K", "?chunked=maybe");
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({ error: expect.stringContaining("true or false") });
});

async function get(size: string, query = ""): Promise<Response> {
  using zeros = openZeros();
  const handler = bin({ zeros });
  const response = await handler(new Request(`http://origin/bin/x${query}`), { size });
  // Read here, for a blob of the file cannot be read once that is closed.
  return new Response(await response.bytes(), response);
}
