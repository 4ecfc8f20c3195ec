import { describe, expect, test } from "bun:test";
import { caught, messageOf } from "../../vu/testing/test-user.ts";
import type { Element } from "./element.ts";
import recorded from "./fixtures/k6-answers.json";
import { parseHtml } from "./html.ts";
import { htmlModule } from "./html-module.ts";
import type { Selection } from "./selection.ts";

describe.each(Object.entries(recorded))("a %s answers as k6's does:", (_of, asked) => {
  const doc = parseHtml(asked.page);
  const answers: readonly unknown[] = asked.answers;
  test.each(asked.questions.map((question, at) => [question, answers[at]]))(
    "%s",
    (question, k6) => {
      expect(answer(doc, String(question))).toEqual(k6);
    },
  );
});

/** As fixtures/ask-k6.js asks k6, and gets its answers out of it. */
function answer(doc: Selection, question: string): unknown {
  const ask = new Function("doc", "g", "nn", `return ${question}`);
  const given: unknown = ask(doc, (selector: string) => doc.find(selector).get(0), named);
  return JSON.parse(JSON.stringify([given], (_, value) => value ?? null))[0];
}

function named(found: Element | readonly Element[] | undefined): unknown {
  return Array.isArray(found) ? found.map(named) : (found as Element | undefined)?.nodeName();
}

test("the module parses whatever it is given", async () => {
  const create = await htmlModule.load();
  const module = create(undefined as never) as { parseHTML(source: unknown): Selection };
  expect(module.parseHTML("<p>a").find("p").text()).toBe("a");
  expect(module.parseHTML(null).find("body").text()).toBe("null");
});

const list = parseHtml("<ul><li>1</li><li>2</li><li>3</li></ul>").find("li");

/** A call that is over later for the first than for the others. */
function slowly(log: unknown[]): (index: number) => Promise<boolean> {
  return async (index) => {
    for (let turns = 3 - index; turns > 0; turns -= 1) await undefined;
    log.push(index);
    return index > 0;
  };
}

describe("calls that give promises are made one after the other by", () => {
  test.each<[string, (call: (index: number) => unknown) => unknown, unknown]>([
    ["each()", async (call) => ((await list.each(call)) as Selection).text(), "123"],
    ["map()", (call) => list.map(call), [false, true, true]],
    ["filter()", async (call) => (await list.filter(call)).text(), "23"],
    ["not()", async (call) => (await list.not(call)).text(), "1"],
    ["is()", (call) => list.is(call), true],
  ])("%s", async (_name, use, wanted) => {
    const log: unknown[] = [];
    expect(await use(slowly(log))).toEqual(wanted);
    expect(log).toEqual([0, 1, 2]);
  });
});

test("what a call of each() throws ends it, what one of map() does leaves its value out", async () => {
  const fail = (index: number): number => {
    if (index === 1) throw new Error("no");
    return index;
  };
  expect(messageOf(await caught(() => list.each(fail)))).toBe("no");
  expect(list.map(fail)).toEqual([0, 2]);
  expect(await list.map(async (index) => fail(index))).toEqual([0, 2]);
});

test.each<[string, () => unknown, string]>([
  ["each", () => list.each(3 as never), "Cannot call 3 in each(): give it a function"],
  ["map", () => list.map("x" as never), "Cannot call x in map(): give it a function"],
  [
    "find",
    () => list.find(undefined as never),
    "Cannot search for undefined: give a selector, a Selection or an Element",
  ],
])("%s() refuses what it cannot use", async (_name, use, message) => {
  expect(messageOf(await caught(use))).toBe(message);
});

test("elements are found, left out and told apart whatever their tag", () => {
  const second = list.get(1)!;
  expect((list.not(second) as Selection).text()).toBe("13");
  expect((list.filter(second) as Selection).text()).toBe("2");
  expect(list.index(second)).toBe(1);
  expect(second.isSameNode(list.eq(1).get(0))).toBe(true);
});

test("where k6 ends itself there is nothing", () => {
  expect(list.slice(5).size()).toBe(0);
  expect(list.slice(2, 1).size()).toBe(0);
  expect(list.slice(-9).text()).toBe("123");
  expect(list.get(0)?.previousSibling()).toBeUndefined();
  expect(parseHtml("<br>").find("br").get(0)?.firstChild()).toBeUndefined();
});

describe("of a page with a URL", () => {
  const url = "http://me.test:80/dir/p.html?a=b#c";
  const at = (html: string, tag = "a") =>
    parseHtml(html, url).find(tag).get(0) as unknown as Record<string, () => unknown>;

  // What k6 v2.2 gives for the same page.
  test.each([
    ["x/../y?q=1#f", "http://me.test:80/dir/y?q=1#f", "/dir/y", "me.test", "?q=1", "#f"],
    ["//h:8/é?ü", "http://h:8/%C3%A9?ü", "/é", "h:8", "?ü", ""],
    ["mailto:a@b", "mailto:a@b", "", "", "", ""],
    ["", "http://me.test:80/dir/p.html?a=b#c", "/dir/p.html", "me.test", "?a=b", "#c"],
    ["#q", "http://me.test:80/dir/p.html?a=b#q", "/dir/p.html", "me.test", "?a=b", "#q"],
    ["a b.html", "http://me.test:80/dir/a%20b.html", "/dir/a b.html", "me.test", "", ""],
    ["%zz", "", "", "", "", ""],
    ["http://a[b/", "", "", "", "", ""],
    ["../../../up", "http://me.test:80/up", "/up", "me.test", "", ""],
    ["HTTP://EX.com", "http://EX.com", "", "EX.com", "", ""],
    ["..", "http://me.test:80/", "/", "me.test", "", ""],
    ["x%20(é)", "http://me.test:80/dir/x%20%28%C3%A9%29", "/dir/x (é)", "me.test", "", ""],
    ["http://h/a/../b?x=../y#é", "http://h/b?x=../y#%C3%A9", "/b", "h", "?x=../y", "#é"],
  ])("the link %p is told in full and in parts", (href, ...wanted) => {
    const link = at(`<a href="${href}">`);
    const parts = ["href", "pathname", "host", "search", "hash"].map((name) => link[name]!());
    expect(parts).toEqual(wanted);
  });

  const here = "http://me.test:80/dir/";
  test.each([
    ["a form without an action", "<form><input></form>", "input", "formAction", url],
    ["a form's", '<form action="go"><input></form>', "input", "formAction", `${here}go`],
    ["a button's", '<form action="go"><button formaction="b">', "button", "formAction", `${here}b`],
    ["an image's", '<img src="i.png">', "img", "src", `${here}i.png`],
    ["a base's without one", "<base>", "base", "href", url],
    ["a base's", '<base href="b/">', "base", "href", `${here}b/`],
  ])("%s address is absolute", (_whose, html, tag, name, wanted) => {
    expect(at(html, tag)[name]!()).toBe(wanted);
  });
});
