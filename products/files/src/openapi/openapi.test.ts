import { expect, test } from "bun:test";
import type { FilesParts } from "../files-parts.ts";
import { filesRoutes } from "../files-routes.ts";
import { testFiles } from "../page/testing/test-files.ts";
import { openapiDocument } from "./openapi-document.ts";
import { type Schema, schemas } from "./schemas.ts";
import { schemaMistakes } from "./testing/schema-mistakes.ts";

const { paths, components } = openapiDocument;

/** What routes ask of their parts when they are made: anything. */
const anything: unknown = new Proxy(() => anything, {
  get: (_target, name) => (name === Symbol.toPrimitive ? () => 1 : anything),
  construct: () => anything as object,
});

/** "GET /files/*" as the document writes it. What only the page loads is no API. */
function documented(route: string): string[] {
  const [method = "", pattern = ""] = route.split(" ");
  if (pattern.startsWith("/page/")) return [];
  const path = pattern
    .replace("/files/*", "/files/{path}")
    .replace(/\*$/, "{rest}")
    .replaceAll(/:(\w+)/g, "{$1}");
  return [`${method} ${path === "/" ? path : path.replace(/\/$/, "")}`];
}

test("every route of the service is in the document, and nothing else is", () => {
  const made = filesRoutes(anything as FilesParts, anything as never);
  // The kit's own.
  const routes = [...Object.keys(made), "GET /live", "GET /ready"];
  const said = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(new Set(said)).toEqual(new Set(routes.flatMap(documented)));
});

test("whatever the document refers to is in it, and all that is shared is referred to", () => {
  const refs = [...JSON.stringify(openapiDocument).matchAll(/"\$ref":"#\/components\/([^"]+)"/g)];
  const named = Object.entries(components).flatMap(([kind, entries]) =>
    Object.keys(entries).map((name) => `${kind}/${name}`),
  );
  const shared = named.filter((name) => !name.startsWith("securitySchemes/"));
  expect(new Set(refs.map(([, name]) => name ?? ""))).toEqual(new Set(shared));
});

test("each name in a path is a parameter", () => {
  for (const [path, methods] of Object.entries(paths)) {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
    for (const { parameters = [], security } of Object.values(methods)) {
      if (security !== undefined) continue;
      const said = parameters.filter((each) => each.in === "path").map(({ name }) => name);
      expect([path, ...said]).toEqual([path, ...names]);
    }
  }
});

/** Forms are sent as such, texts as JSON. */
type Asked = readonly [method: string, target: string, status: number, body?: FormData | string];

function form(field: string, ...names: readonly string[]): FormData {
  const data = new FormData();
  for (const name of names) data.append(field, new File(["x"], name));
  return data;
}

const calls: readonly Asked[] = [
  ["GET", "/ping", 200],
  ["GET", "/health", 200],
  ["GET", "/live", 200],
  ["GET", "/ready", 200],
  ["GET", "/openapi.json", 200],
  ["POST", "/upload", 200, form("file", "new.txt")],
  ["POST", "/upload", 400, form("other", "new.txt")],
  ["POST", "/batch-upload", 200, form("files", "1.txt", "2.txt")],
  ["POST", "/batch-upload", 400, form("other")],
  ["GET", "/list?path=", 200],
  ["GET", "/list?pageSize=1", 200],
  ["GET", "/list?pageSize=0", 400],
  ["GET", "/list-folders", 200],
  ["POST", "/create-folder?path=made", 200],
  ["POST", "/create-folder", 400],
  ["GET", "/download?path=a.txt", 200],
  ["GET", "/download?path=absent", 404],
  ["POST", "/batch-download", 200, '{"paths":["a.txt","absent"]}'],
  ["POST", "/batch-download", 400, "{"],
  ["DELETE", "/delete?path=a.txt", 200],
  ["DELETE", "/delete", 400],
  ["DELETE", "/delete-folder?path=made", 200],
  ["DELETE", "/delete-folder?path=", 400],
  ["GET", "/metrics/memory", 200],
  ["GET", "/metrics/requests", 200],
  ["POST", "/metrics/reset", 200],
  ["POST", "/debug/gc", 200],
];

test("answers are as the document has them", async () => {
  const contents = { "a.txt": "a", "folder/b.txt": "b" };
  await using files = await testFiles({ contents, settings: { enableProfiling: true } });
  for (const [method, target, status, body] of calls) {
    const answer = await fetch(new URL(target, files.url), {
      method,
      ...(body !== undefined && { body }),
      ...(typeof body === "string" && { headers: { "content-type": "application/json" } }),
    });
    const { pathname } = answer.url === "" ? new URL(target, files.url) : new URL(answer.url);
    const mistakes = schemaMistakes(
      await answer.json(),
      schemaOf(method, pathname, status),
      schemas,
    );
    expect([target, answer.status, ...mistakes]).toEqual([target, status]);
  }
});

function schemaOf(method: string, path: string, status: number): Schema {
  const said = paths[path]?.[method.toLowerCase()]?.responses[String(status)];
  const response = said !== undefined && "$ref" in said ? components.responses.Failure : said;
  const schema = response?.content?.["application/json"]?.schema;
  if (schema === undefined) throw new Error(`${method} ${path} has no ${status} in the document`);
  return schema;
}

test("GET /openapi.json is the document, and a reader of answers finds what is wrong", async () => {
  await using files = await testFiles();
  const document: unknown = await (await fetch(new URL("/openapi.json", files.url))).json();
  expect(document).toEqual(JSON.parse(JSON.stringify(openapiDocument)));
  const mistakes = schemaMistakes({ fileName: 1, more: 2 }, { $ref: "#/x/Link" }, schemas);
  expect(mistakes).toEqual(["$: no url", "$.fileName: 1 is no string", "$: more is unknown"]);
});
