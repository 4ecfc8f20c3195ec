import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { caught, messageOf } from "../vu/testing/test-user.ts";
import { findJslib } from "./jslib.ts";
import { loadLibrary } from "./testing/load-library.ts";

const host = "https://jslib.k6.io";

test.each([
  "k6-utils/1.4.0/index.js",
  "k6-summary/0.0.1/index.js",
  "formdata/0.0.2/index.js?x=1",
  "k6-testing/v0.6.1/index.js",
  "aws/0.11.0/s3.js",
  "functional/0.0.2/index.js",
])("%s is ours", (path) => {
  const found = findJslib(`${host}/${path}`);
  expect(found).toMatch(/^\/.+\/jslib\/[\w-]+\.js$/);
  expect(existsSync(found!)).toBe(true);
});

test.each([
  `${host}/k6-utils/99.0.0/index.js`,
  `${host}/aws/0.7.0/s3.js`,
  `${host}/formdata/0.0.2/other.js`,
  `${host}/toString/0.0.2/index.js`,
  "https://example.test/k6-utils/1.4.0/index.js",
  "http://jslib.k6.io/k6-utils/1.4.0/index.js",
  "no URL",
])("%s is not", (url) => {
  expect(findJslib(url)).toBeUndefined();
});

describe("formdata", async () => {
  const url = `${host}/formdata/0.0.2/index.js`;
  interface Form {
    boundary: string;
    append(...args: unknown[]): void;
    body(): ArrayBuffer;
  }
  const { FormData } = await loadLibrary<{ FormData: { new (): Form; (): Form } }>(url);
  const latin = (body: ArrayBuffer): string => Buffer.from(body).toString("latin1");

  test("writes texts and files as parts, texts in Latin-1", () => {
    const form = new FormData();
    expect(form.boundary).toMatch(/^------RWWorkerFormDataBoundary0\.[\da-z]+$/);
    form.boundary = "B";
    form.append("path", "é€");
    const data = new Uint8Array([1, 255]).buffer;
    form.append("file", { data, filename: 'a"b.txt', content_type: "text/plain" });
    form.append("list", { data: [65, 66] });
    const lines = [
      '--B\r\nContent-Disposition: form-data; name="path"\r\n',
      "Content-Type: application/octet-stream\r\n\r\né\u00ac\r\n",
      '--B\r\nContent-Disposition: form-data; name="file"; filename="a%22b.txt"\r\n',
      "Content-Type: text/plain\r\n\r\n\u0001\u00ff\r\n",
      '--B\r\nContent-Disposition: form-data; name="list"\r\n',
      "Content-Type: application/octet-stream\r\n\r\nAB\r\n--B--\r\n",
    ];
    expect(form.body()).toBeInstanceOf(ArrayBuffer);
    expect(latin(form.body())).toBe(lines.join(""));
  });

  test("takes files that are too large for an argument list, and a view of a part of one", () => {
    const form = FormData();
    form.append("big", { data: new Uint8Array(5_000_000).fill(7) });
    form.append("part", { data: new Uint8Array([1, 2, 3, 4]).subarray(1, 3) });
    const body = new Uint8Array(form.body());
    expect(body.reduce((count, byte) => count + (byte === 7 ? 1 : 0), 0)).toBe(5_000_000);
    expect(latin(form.body())).toContain("\r\n\r\n\u0002\u0003\r\n");
  });

  test("wants a name and a value", async () => {
    expect(messageOf(await caught(() => new FormData().append("x")))).toBe("Not enough arguments");
  });
});

describe("form-urlencoded", async () => {
  type Encode = (data: unknown, options?: object) => unknown;
  const url = `${host}/form-urlencoded/3.0.0/index.js`;
  const { default: encode } = await loadLibrary<{ default: Encode }>(url);

  test.each<[unknown, object | undefined, unknown]>([
    [{ a: 1, b: "x y", c: true }, undefined, "a=1&b=x+y&c=true"],
    [
      { a: { b: [1, { c: "é!" }] } },
      undefined,
      "a%5Bb%5D%5B0%5D=1&a%5Bb%5D%5B1%5D%5Bc%5D=%C3%A9%21",
    ],
    [{ a: [1, 2] }, { skipIndex: true }, "a%5B%5D=1&a%5B%5D=2"],
    [{ b: 1, a: null }, { sorted: true }, "a=null&b=1"],
    [{ b: 1, a: null, u: undefined, f: () => 1 }, { ignorenull: true }, "b=1"],
    [{ a: [] }, undefined, "a%5B%5D"],
    [undefined, undefined, undefined],
  ])("%j with %j", (data, options, wanted) => {
    expect(encode(data, options)).toEqual(wanted);
  });
});

describe("what others have made", () => {
  test("url is the runtime's", async () => {
    const library = await loadLibrary(`${host}/url/1.0.0/index.js`);
    expect(library).toEqual({ URL, URLSearchParams });
  });

  test("papaparse reads CSV", async () => {
    interface Papa {
      parse(text: string, options: object): { data: unknown };
    }
    const library = await loadLibrary<Papa & { default: Papa }>(`${host}/papaparse/5.1.1/index.js`);
    const { data } = library.default.parse("a,b\n1,2", { header: true });
    expect(data).toEqual([{ a: "1", b: "2" }]);
    expect(library.parse("a", {}).data).toEqual([["a"]]);
  });

  test("jsonpath finds values", async () => {
    interface Library {
      default: { value(data: unknown, path: string): unknown };
    }
    const { default: jsonpath } = await loadLibrary<Library>(`${host}/jsonpath/1.0.2/index.js`);
    expect(jsonpath.value({ user: { name: "Batman" } }, "user.name")).toBe("Batman");
    expect(jsonpath.value({ a: [{ b: 1 }, { b: 2 }] }, "$.a[?(@.b>1)].b")).toBe(2);
  });
});

describe("ajv", async () => {
  interface Ajv {
    errors: unknown;
    validate(schema: unknown, data: unknown): boolean;
    compile(schema: unknown): ((data: unknown) => boolean) & { errors: unknown };
    errorsText(): string;
  }
  const url = `${host}/ajv/6.12.5/index.js`;
  const { default: Ajv } = await loadLibrary<{ default: new (options?: object) => Ajv }>(url);

  test("says what is wrong as version 6 does", () => {
    const schema = {
      type: "object",
      properties: { a: { type: "array", items: { type: "object", required: ["b"] } } },
      "x-unknown": 1,
    };
    const ajv = new Ajv();
    const validate = ajv.compile(schema);
    expect(validate({ a: [{ b: 1 }] })).toBe(true);
    expect(validate.errors).toBeNull();
    expect(validate({ a: [{}] })).toBe(false);
    expect(validate.errors).toMatchObject([
      { keyword: "required", dataPath: ".a[0]", message: "should have required property 'b'" },
    ]);
    expect(ajv.validate(schema, { a: 1 })).toBe(false);
    expect(ajv.errorsText()).toBe("data.a should be array");
  });

  test.each([
    ["email", "a@b.c", "a b"],
    ["date-time", "2024-01-31T10:00:00Z", "yesterday"],
    ["uri", "https://x.test/a", "a b"],
    ["ipv4", "127.0.0.1", "256.0.0.1"],
    ["ipv6", "::1", "::g"],
    ["uuid", "3d1e6a0e-9a5a-4a0e-8a55-000000000000", "3d1e"],
    ["hostname", "a.b-c", "-a"],
    ["regex", "a+", "("],
  ])("knows the format %s", (format, good, bad) => {
    const validate = new Ajv().compile({ format });
    expect([validate(good), validate(bad)]).toEqual([true, false]);
  });
});

test("k6-rails finds what a page has", async () => {
  type Names = Record<string, (doc: unknown) => unknown>;
  const rails = await loadLibrary<Names>(`${host}/k6-rails/0.1.0/index.js`);
  const asked: string[] = [];
  const doc = {
    find: (selector: string) => {
      asked.push(selector);
      return { attr: (name: string) => `${name} of it` };
    },
  };
  const names = ["csrfToken", "csrfParam", "cableUrl", "turboStreamName"];
  expect(names.map((name) => rails[name]!(doc))).toEqual([
    ...["content of it", "content of it", "content of it", "signed-stream-name of it"],
  ]);
  expect(asked).toEqual([
    "meta[name=csrf-token]",
    "meta[name=csrf-param]",
    "meta[name=action-cable-url]",
    "turbo-cable-stream-source",
  ]);
});

describe("totp", async () => {
  interface Totp {
    gen(time?: number, startTime?: number): Promise<string>;
    verify(token: string): Promise<boolean>;
  }
  type Library = { TOTP: new (key: string, digits?: number) => Totp };
  const url = `${host}/totp/1.0.0/index.js`;
  // RFC 6238 appendix B: the key "12345678901234567890".
  const key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

  test.each([
    [59, "94287082"],
    [1111111109, "07081804"],
    [20000000000, "65353130"],
  ])("at %p s the code is %s", async (seconds, code) => {
    const library = await loadLibrary<Library>(url, {}, { Date: { now: () => seconds * 1000 } });
    const totp = new library.TOTP(key, 8);
    expect(await totp.gen()).toBe(code);
    expect(await totp.verify(code)).toBe(true);
    expect(await totp.verify("00000000")).toBe(false);
  });

  test("a key that is no base32 is refused", async () => {
    const { TOTP } = await loadLibrary<Library>(url);
    const error = await caught(new TOTP("a1").gen());
    expect(messageOf(error)).toBe('Cannot decode a key with "1": give it in base32');
  });
});
