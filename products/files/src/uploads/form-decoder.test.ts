import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { FilesError } from "../files-error.ts";
import { FormDecoder, tryBoundary } from "./form-decoder.ts";

interface Part {
  readonly name: string;
  readonly filename?: string | undefined;
  readonly contentType?: string | undefined;
  readonly content: string;
}

const limits = { maxParts: 20, maxHeaderBytes: 500, maxFieldBytes: 200 };

/** What a decoder tells of a form that comes in these pieces, its bytes spoilt after each. */
function decode(pieces: readonly Uint8Array[], boundary = "b0"): Part[] {
  const parts: Part[] = [];
  let file: { head: Omit<Part, "content">; chunks: Buffer[] } | undefined;
  const decoder = new FormDecoder(boundary, {
    limits,
    reader: {
      onField: (name, content) => void parts.push({ name, content }),
      onFile: (head) => {
        file = { head, chunks: [] };
      },
      onFileData: (bytes) => void file!.chunks.push(Buffer.from(bytes)),
      onFileEnd: () => {
        parts.push({ ...file!.head, content: Buffer.concat(file!.chunks).toString("latin1") });
        file = undefined;
      },
    },
  });
  for (const piece of pieces) {
    const bytes = new Uint8Array(piece);
    decoder.push(bytes);
    bytes.fill(0);
  }
  decoder.end();
  return parts;
}

const bytesOf = (text: string): Buffer => Buffer.from(text, "latin1");

const decodeText = (text: string): Part[] => decode([Buffer.from(text)]);

function errorOf(act: () => unknown): FilesError {
  try {
    act();
  } catch (error) {
    if (error instanceof FilesError) return error;
    throw error;
  }
  throw new Error("Nothing was thrown");
}

function encode(parts: readonly Part[], boundary: string): Buffer {
  const text = parts.map(({ name, filename, contentType, content }) => {
    const file = filename === undefined ? "" : `; filename="${filename}"`;
    const type = contentType === undefined ? "" : `Content-Type: ${contentType}\r\n`;
    const head = `Content-Disposition: form-data; name="${name}"${file}\r\n${type}`;
    return `--${boundary}\r\n${head}\r\n${content}\r\n`;
  });
  return bytesOf(`${text.join("")}--${boundary}--\r\n`);
}

const form =
  '--b0\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n' +
  "Content-Type: text/plain\r\n\r\none\r\n--b\r\n\r\n--b0\r\n" +
  'Content-Disposition: form-data; name="path"\r\n\r\nfolder/\r\n--b0--\r\n';

const parsed: Part[] = [
  { name: "file", filename: "a.txt", contentType: "text/plain", content: "one\r\n--b\r\n" },
  { name: "path", content: "folder/" },
];

describe("a form", () => {
  test("is the same wherever it is cut in two, and byte by byte", () => {
    const bytes = bytesOf(form);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      expect(decode([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(parsed);
    }
    expect(decode(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(parsed);
  });

  test("comes out as it went in, whatever is in it and however it is cut", () => {
    const content = fc
      .array(fc.constantFrom("\r", "\n", "-", "--b", "b", "\r\n", "\r\n--", "0", "\0", "ÿ", "x"))
      .map((pieces) => pieces.join(""))
      .filter((text) => !text.includes("--b0") && text.length < 200);
    const part = fc.record({
      name: fc.constantFrom("file", "files", "path", "a b"),
      filename: fc.constantFrom("a.txt", "b c.png"),
      contentType: fc.constantFrom(undefined, "image/png"),
      content,
    });
    const cuts = fc.array(fc.nat(2000), { maxLength: 20 });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), cuts, (parts, at) => {
        const bytes = encode(parts, "b0");
        const edges = [0, ...at.map((each) => each % bytes.length).sort((a, b) => a - b)];
        const pieces = edges.map((edge, index) => bytes.subarray(edge, edges[index + 1]));
        expect(decode(pieces)).toEqual(parts);
      }),
      { numRuns: 300 },
    );
  });

  test("that is cut off anywhere says so or has been told in full", () => {
    const bytes = bytesOf(form);
    const closed = form.indexOf("--b0--") + "--b0--".length;
    for (let cut = 0; cut < closed; cut += 1) {
      expect(errorOf(() => decode([bytes.subarray(0, cut)])).message).toContain("cut off");
    }
    expect(decode([bytes.subarray(0, closed)])).toEqual(parsed);
  });

  test("may have text before and after, and blanks behind its boundaries", () => {
    expect(decodeText(`intro\r\n${form.replaceAll("--b0\r\n", "--b0 \t\r\n")}outro`)).toEqual(
      parsed,
    );
  });

  test("of k6 has a Content-Type on plain fields, which stay fields", () => {
    const part =
      'Content-Disposition: form-data; name="path"\r\nContent-Type: application/octet-stream';
    expect(decodeText(`--b0\r\n${part}\r\n\r\nf/\r\n--b0--\r\n`)).toEqual([
      { name: "path", content: "f/" },
    ]);
  });

  test.each([
    ['filename="a \\"b\\".txt"', 'a "b".txt'],
    ['filename="a %22b%22.txt"', 'a "b".txt'],
    ['filename="ä ☃.txt"', "ä ☃.txt"],
    ['filename="C:\\dev\\x.txt"', "C:\\dev\\x.txt"],
    ["filename=plain.txt", "plain.txt"],
    ["filename=\"x\"; filename*=utf-8''%E2%98%83.txt", "☃.txt"],
    ["filename=\"x\"; filename*=utf-8''%ZZ", "x"],
    ['filename="100%.txt"', "100%.txt"],
  ])("finds the name in %s", (params, filename) => {
    const text = `--b0\r\nContent-Disposition: form-data; name="file"; ${params}\r\n\r\nx\r\n--b0--`;
    expect(decodeText(text)).toEqual([
      { name: "file", filename, contentType: undefined, content: "x" },
    ]);
  });

  test("with an empty file name has a field there, as from a page where no file was chosen", () => {
    const text =
      '--b0\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n\r\n--b0--';
    expect(decodeText(text)).toEqual([{ name: "file", content: "" }]);
  });
});

describe("a form is refused", () => {
  const head = 'Content-Disposition: form-data; name="a"';
  test.each([
    [
      "a header without a name",
      "--b0\r\nno colon\r\n\r\nx\r\n--b0--",
      "bad_request",
      "has no name",
    ],
    [
      "no Content-Disposition",
      "--b0\r\nX: y\r\n\r\nx\r\n--b0--",
      "bad_request",
      "no Content-Disposition",
    ],
    [
      "a part of another kind",
      "--b0\r\nContent-Disposition: attachment; name=a\r\n\r\n",
      "bad_request",
      "form-data",
    ],
    [
      "a part in base64",
      `--b0\r\n${head}\r\nContent-Transfer-Encoding: base64\r\n\r\n`,
      "bad_request",
      '"base64"',
    ],
    [
      "text behind a boundary",
      `--b0oops\r\n${head}\r\n\r\nx`,
      "bad_request",
      "boundary is followed",
    ],
    ["a long header", `--b0\r\nX: ${"y".repeat(600)}`, "too_large", "500 bytes"],
    ["a long field", `--b0\r\n${head}\r\n\r\n${"y".repeat(300)}`, "too_large", "200 bytes"],
    ["too many parts", `--b0\r\n${head}\r\n\r\nx\r\n`.repeat(21), "too_large", "20 parts"],
  ] as const)("if it has %s", (_what, text, code, words) => {
    const error = errorOf(() => decodeText(text));
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
  });

  test("if a header or a field is not UTF-8", () => {
    const named = bytesOf(`--b0\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n`);
    const valued = bytesOf(`--b0\r\n${head}\r\n\r\n\xff\r\n--b0--`);
    expect(errorOf(() => decode([named])).message).toContain("not UTF-8");
    expect(errorOf(() => decode([valued])).message).toContain("not UTF-8");
  });
});

test.each([
  ["multipart/form-data; boundary=abc", "abc"],
  ['Multipart/Form-Data; charset=utf-8; boundary="a b"', "a b"],
  ["multipart/form-data", undefined],
  [`multipart/form-data; boundary=${"x".repeat(71)}`, undefined],
  ["multipart/mixed; boundary=abc", undefined],
  [undefined, undefined],
])("the boundary of %j is %j", (type, boundary) => {
  expect(tryBoundary(type)).toBe(boundary);
});
