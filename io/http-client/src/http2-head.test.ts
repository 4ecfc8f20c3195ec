import { expect, test } from "bun:test";
import { parseHttp2Head } from "./http2-head.ts";

test.each([
  [200, "OK"],
  [413, "Request Entity Too Large"],
  [414, "Request URI Too Long"],
  [416, "Requested Range Not Satisfiable"],
  [418, "I'm a teapot"],
  [422, "Unprocessable Entity"],
  [599, ""],
])("the reason of %d is Go's and k6's word for it", (status, reason) => {
  expect(parseHttp2Head([[":status", String(status)]]).reason).toBe(reason);
});
