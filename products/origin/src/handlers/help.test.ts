import { expect, test } from "bun:test";
import type { FakeExchange } from "@breakwater/http-server/testing";
import { ask, fieldsOf } from "../testing/ask.ts";
import { help } from "./help.ts";

const docs = [
  {
    path: "/bin/:size",
    summary: `Bytes <b>&</b> "more", ${"and so on ".repeat(12)}to the end.`,
    params: [{ name: "chunked", meaning: "true or false" }],
    examples: ["/bin/1K?a=b&c=d"],
  },
  { path: "/help", summary: "This page.", examples: ["/help"] },
];

test("a browser gets a page, in which nothing of the docs is taken for markup", () => {
  const exchange = get("text/html,application/xhtml+xml;q=0.9");
  expect(fieldsOf(exchange)).toEqual({
    "content-type": "text/html; charset=utf-8",
    vary: "accept",
  });
  const page = exchange.text();
  expect(page).toContain("<h2><code>/bin/{size}</code></h2>");
  expect(page).toContain("&lt;b&gt;&amp;&lt;/b&gt; &quot;more&quot;");
  expect(page).toContain('<a href="/bin/1K?a=b&amp;c=d">/bin/1K?a=b&amp;c=d</a>');
  expect(page).toContain("<dt><code>chunked</code></dt><dd>true or false</dd>");
  expect(page).not.toMatch(/https?:|<script/);
});

test.each([undefined, "*/*", "text/plain"])("who accepts %s gets text in lines", (accept) => {
  const exchange = get(accept);
  expect(fieldsOf(exchange)["content-type"]).toBe("text/plain; charset=utf-8");
  const lines = exchange.text().split("\n");
  expect(lines).toContain("/bin/{size}");
  expect(lines).toContain("      chunked: true or false");
  expect(lines).toContain("    e.g. /bin/1K?a=b&c=d");
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(78);
});

function get(accept: string | undefined): FakeExchange {
  return ask(help({ docs }), { headers: accept === undefined ? [] : [["Accept", accept]] });
}
