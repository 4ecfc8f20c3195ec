import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { basicAuth, bearer, digestAuth } from "./authentication.ts";
import {
  coinPage,
  contactsPage,
  formPage,
  landingPage,
  loginPage,
  shopPage,
  storePage,
  welcomePage,
} from "./pages.ts";
import { seedServices } from "./seed-services.ts";

type Answer = (
  request: Request,
  path: readonly string[],
  ip: string,
) => Response | Promise<Response>;

/** So long that one after the other can be told from all at once. */
const SLOW_MS = 100;

/** What httpbin.org and k6's demonstration shop answer, as far as scripts look at it. */
export async function answer(request: Request, ip: string): Promise<Response> {
  const { pathname } = new URL(request.url);
  const path = pathname.split("/").filter((part) => part !== "");
  const found = answers[path[0] ?? ""];
  return found ? await found(request, path.slice(1), ip) : new Response("nothing", { status: 404 });
}

const echo: Answer = async (request, _path, ip) => Response.json(await describe(request, ip));

const answers: Readonly<Record<string, Answer>> = {
  "": ({ url }) => html(new URL(url).host.startsWith("quickpizza.") ? shopPage : landingPage),
  "test.k6.io": () => html(shopPage),
  "contacts.php": () => html(contactsPage),
  "my_messages.php": ({ method }) =>
    method === "GET"
      ? html(loginPage)
      : html(welcomePage, { "Set-Cookie": "AWSALB=session; Path=/" }),
  "flip_coin.php": ({ url }) => html(coinPage(new URL(url).searchParams.get("bet"))),
  "news.php": () => html(landingPage),
  "style.css": () => new Response("p{}", { headers: { "Content-Type": "text/css" } }),
  "teddy.jpg": () => new Response("jpeg", { headers: { "Content-Type": "image/jpeg" } }),
  store: () => html(storePage),
  forms: () => html(formPage),
  html: () => html(storePage),
  graphql: () => Response.json({ message: "Bad credentials" }, { status: 401 }),
  get: only("GET", echo),
  post: only("POST", echo),
  put: only("PUT", echo),
  patch: only("PATCH", echo),
  delete: only("DELETE", echo),
  anything: echo,
  headers: (request) => Response.json({ headers: Object.fromEntries(request.headers) }),
  ip: (_request, _path, ip) => Response.json({ origin: ip }),
  "user-agent": ({ headers }) => Response.json({ "user-agent": headers.get("user-agent") }),
  json: () =>
    Response.json({ slideshow: { title: "Sample", slides: [{ title: "a" }, { title: "b" }] } }),
  ...seedServices,
  status: (_request, [code]) => new Response(null, { status: Number(code) }),
  delay: async (request, [seconds], ip) => {
    await Bun.sleep(Math.min(10, Number(seconds)) * 1000);
    return await echo(request, [], ip);
  },
  redirect: (_request, [count]) =>
    redirect(Number(count) > 1 ? `/redirect/${Number(count) - 1}` : "/get"),
  "redirect-as": async (request, [code]) => {
    await request.arrayBuffer();
    return redirect("/anything", Number(code));
  },
  "relative-redirect": (_request, [count]) =>
    redirect(Number(count) > 1 ? `${Number(count) - 1}` : "../get"),
  "redirect-to": ({ url }) => redirect(new URL(url).searchParams.get("url") ?? "/get"),
  slow: async (request, _path, ip) => {
    await Bun.sleep(SLOW_MS);
    return await echo(request, [], ip);
  },
  mirror: async (request) => new Response(await request.arrayBuffer()),
  "echo-length": async (request) => {
    const { byteLength } = await request.arrayBuffer();
    const coding = request.headers.get("content-encoding") ?? "";
    return new Response(null, { headers: { "X-Length": `${byteLength}`, "X-Coding": coding } });
  },
  cookies: (request, path) => (path[0] === "set" ? setCookies(request) : showCookies(request)),
  "basic-auth": basicAuth,
  "digest-auth": digestAuth,
  bearer,
  gzip: (request) => encoded(request, "gzip", gzipSync),
  deflate: (request) => encoded(request, "deflate", deflateSync),
  brotli: (request) => encoded(request, "br", brotliCompressSync),
  zstd: (request) => encoded(request, "zstd", zstdCompressSync),
  bytes: (_request, [count]) => new Response(new Uint8Array(Math.min(1e6, Number(count))).fill(65)),
  "response-headers": ({ url }) => {
    const pairs = [...new URL(url).searchParams];
    return new Response("{}", { headers: pairs as [string, string][] });
  },
};

function only(method: string, then: Answer): Answer {
  return (request, path, ip) =>
    request.method === method ? then(request, path, ip) : new Response(null, { status: 405 });
}

function html(text: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(text, {
    headers: { "Content-Type": "text/html; charset=utf-8", ...headers },
  });
}

function redirect(location: string, status = 302): Response {
  return new Response(null, { status, headers: { Location: location } });
}

function encoded(
  { headers }: Request,
  coding: string,
  encode: (bytes: Uint8Array) => Uint8Array<ArrayBuffer>,
): Response {
  const text = JSON.stringify({ coding, accepted: headers.get("accept-encoding") });
  const body = encode(new TextEncoder().encode(text));
  return new Response(body, {
    headers: { "Content-Encoding": coding, "Content-Type": "application/json" },
  });
}

/** httpbin's echo: what it was asked, taken apart. */
async function describe(request: Request, ip: string): Promise<object> {
  const { searchParams } = new URL(request.url);
  const base = {
    args: grouped(searchParams),
    headers: titled(request.headers),
    origin: ip,
    url: request.url,
    method: request.method,
  };
  if (request.method === "GET") return base;
  const type = request.headers.get("content-type") ?? "";
  const copy = request.clone();
  const data = await request.text();
  const isForm = type.startsWith("application/x-www-form-urlencoded");
  if (isForm)
    return { ...base, data: "", files: {}, form: grouped(new URLSearchParams(data)), json: null };
  if (type.startsWith("multipart/form-data")) return { ...base, ...(await parts(copy as Request)) };
  return { ...base, data, files: {}, form: {}, json: tryParse(data) };
}

async function parts(request: Request): Promise<object> {
  const form: Record<string, string> = {};
  const files: Record<string, object> = {};
  for (const [name, value] of await request.formData()) {
    if (typeof value === "string") form[name] = value;
    else files[name] = { name: value.name, type: value.type, text: await value.text() };
  }
  return { data: "", files, form, json: null };
}

function grouped(params: URLSearchParams): Record<string, string | string[]> {
  const names = [...new Set(params.keys())];
  return Object.fromEntries(
    names.map((name) => {
      const values = params.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? "") : values];
    }),
  );
}

function titled(headers: Headers): Record<string, string> {
  const title = (name: string): string => name.replace(/(^|-)[a-z]/g, (part) => part.toUpperCase());
  return Object.fromEntries([...headers].map(([name, value]) => [title(name), value]));
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function setCookies({ url }: Request): Response {
  const headers = new Headers({ Location: "/cookies" });
  for (const [name, value] of new URL(url).searchParams) {
    headers.append("Set-Cookie", `${name}=${value}; Path=/`);
  }
  return new Response(null, { status: 302, headers });
}

function showCookies({ headers }: Request): Response {
  const pairs = (headers.get("cookie") ?? "").split("; ").filter((pair) => pair !== "");
  const cookies = pairs.map((pair) => pair.split(/=(.*)/s).slice(0, 2) as [string, string]);
  return Response.json({ cookies: Object.fromEntries(cookies) });
}
