import { test } from "bun:test";
import { compare } from "../../../tools/compare.ts";
import type { Field } from "./field.ts";
import { encodeResponseHead } from "./response-encoder.ts";

const fieldsOf = (length: string): Field[] => [
  ["Server", "breakwater"],
  ["Date", "Fri, 21 Nov 2025 08:51:00 GMT"],
  ["Content-Type", "application/octet-stream"],
  ["Content-Length", length],
  ["Cache-Control", "no-store"],
];
const all = Array.from({ length: 16 }, (_, index) => fieldsOf(`${1000 + index}`));

test("bench: the head of a response, against only joining its texts", () => {
  compare("response head, five fields", [
    {
      name: "checked",
      run: (times) => {
        let sum = 0;
        for (let index = 0; index < times; index += 1) {
          const fields = all[index & 15]!;
          sum += encodeResponseHead({ minorVersion: 1, status: 200, fields }).length;
        }
        return sum;
      },
    },
    {
      name: "unchecked",
      run: (times) => {
        let sum = 0;
        for (let index = 0; index < times; index += 1) {
          let text = "HTTP/1.1 200 OK\r\n";
          for (const [name, value] of all[index & 15]!) text += `${name}: ${value}\r\n`;
          sum += `${text}\r\n`.length;
        }
        return sum;
      },
    },
  ]);
});
