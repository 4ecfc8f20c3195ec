import { expect, test } from "bun:test";
import { caught, messageOf } from "../../vu/testing/test-user.ts";
import type { HttpResponse } from "./response.ts";
import { type Echo, echoServer } from "./testing/echo-server.ts";
import { k6Script } from "./testing/k6-script.ts";

const page = `
  <h1>Title</h1>
  <a>no link</a><a class="next" href="../next?x=1">next</a><a class="bad" href="http://[/">bad</a>
  <form id="search" action="/find?old=1"><input name="q" value="a b"></form>
  <form id="login" method="post" action="in">
    <input name="user" value="me"><input type="password" name="pass">
    <select name="tags" multiple><option selected>x</option><option selected>y</option></select>
    <input type="submit" name="go" value="Go"><button class="other" name="go" value="Other"></button>
  </form>
  <form id="bare"><input name="k" value="v"></form>
`;

/** What the server gets of what is done on the page. */
async function done(act: (response: HttpResponse) => Promise<HttpResponse>): Promise<Echo> {
  const html = () => new Response(page, { headers: { "content-type": "text/html" } });
  await using server = echoServer({ "/deep/page": html });
  using script = k6Script();
  const response = await script.run(async (http) => act(await http.get(`${server.url}deep/page`)));
  return response.json() as Echo;
}

test.each<[string, (response: HttpResponse) => Promise<HttpResponse>, Partial<Echo>]>([
  ["the first link", (page) => page.clickLink(), { method: "GET", path: "/next?x=1" }],
  [
    "the link that is selected, with params",
    (page) => page.clickLink({ selector: ".next", params: { headers: { "x-a": "1" } } }),
    { path: "/next?x=1", headers: expect.objectContaining({ "x-a": "1" }) },
  ],
  [
    "a form of GET: its values stand in the URL",
    (page) => page.submitForm({ formSelector: "#search" }),
    { method: "GET", path: "/find?q=a+b", body: "" },
  ],
  [
    "a form of POST with its button",
    (page) => page.submitForm({ formSelector: "#login" }),
    { method: "POST", path: "/deep/in", body: "go=Go&pass=&tags=x&tags=y&user=me" },
  ],
  [
    "another button and fields",
    (page) =>
      page.submitForm({
        formSelector: "#login",
        submitSelector: ".other",
        fields: { user: "you", more: 1 },
      }),
    { body: "go=Other&more=1&pass=&tags=x&tags=y&user=you" },
  ],
])("%s", async (_name, act, wanted) => {
  expect(await done(act)).toMatchObject(wanted);
});

test.each<[string, (response: HttpResponse) => Promise<HttpResponse>, string]>([
  ["a form", (page) => page.submitForm({ formSelector: "#no" }), 'nothing matches "#no"'],
  ["a link", (page) => page.clickLink({ selector: "#no" }), 'nothing matches "#no"'],
  ["an address", (page) => page.clickLink({ selector: "h1" }), 'there is no href at "h1"'],
  ["a URL", (page) => page.clickLink({ selector: ".bad" }), "it is no URL"],
])("what is not there is refused: %s", async (_name, act, message) => {
  expect(messageOf(await caught(done(act)))).toEndWith(message);
});

test("a form without an address goes to its page's", async () => {
  await using server = echoServer({
    "/form": ({ url }) => new Response(url.includes("?") ? url : page),
  });
  using script = k6Script();
  const response = await script.run(async (http) => {
    const form = await http.get(`${server.url}form`);
    return form.submitForm({ formSelector: "#bare" });
  });
  expect(response.body).toBe(`${server.url}form?k=v`);
});

test("html() gives the page, or what a selector finds in it", async () => {
  await using server = echoServer({ "/": () => new Response(page) });
  using script = k6Script();
  const response = await script.run((http) => http.get(String(server.url)));
  expect(response.html().find("h1").text()).toBe("Title");
  expect(response.html("h1").text()).toBe("Title");
});

test("html() and json() of an answer without a body say so", async () => {
  await using server = echoServer();
  using script = k6Script();
  const response = await script.run((http) =>
    http.get(String(server.url), { responseType: "none" }),
  );
  expect(() => response.html()).toThrow(`Cannot read HTML from ${server.url}: it has no body`);
  expect(() => response.json("a")).toThrow(`Cannot read JSON from ${server.url}: it has no body`);
});
