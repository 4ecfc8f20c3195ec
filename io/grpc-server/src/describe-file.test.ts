import { expect, test } from "bun:test";
import { protoFile } from "./proto-file.ts";

const everything = `syntax = "proto3";
package everything.v1;
enum Color { COLOR_UNKNOWN = 0; COLOR_RED = 3; COLOR_BACK = -1; }
message Everything {
  message Inner { enum Kind { A = 0; B = 1; } Kind kind = 1; Inner more = 2; }
  double a_double = 1; float a_float = 2; int64 an_int64 = 3; uint64 a = 4; int32 b = 5;
  fixed64 c = 6; fixed32 d = 7; bool e = 8; string f = 9; bytes g = 10; uint32 h = 11;
  sfixed32 i = 12; sfixed64 j = 13; sint32 k = 14; sint64 l = 15;
  Inner inner = 16; repeated Inner.Kind kinds = 17; Color color = 18;
  map<string, Inner> by_name = 19; map<int32, Color> by_number = 20; map<bool, bytes> flags_ = 21;
  oneof which { string this_one = 22; Inner or_that = 23; }
  optional int32 maybe = 24; repeated string many_words = 25;
}
service Things { rpc Get(Everything) returns (stream Everything.Inner); rpc Put(stream Everything) returns (Everything); }
`;

/** `protoc --descriptor_set_out` of that file, version 3.21.12, without the set around it. */
const described = `
ChBldmVyeXRoaW5nLnByb3RvEg1ldmVyeXRoaW5nLnYxIoMJCgpFdmVyeXRoaW5nEhkKCGFfZG91YmxlGAEgASgBUgdhRG91
YmxlEhcKB2FfZmxvYXQYAiABKAJSBmFGbG9hdBIZCghhbl9pbnQ2NBgDIAEoA1IHYW5JbnQ2NBIMCgFhGAQgASgEUgFhEgwK
AWIYBSABKAVSAWISDAoBYxgGIAEoBlIBYxIMCgFkGAcgASgHUgFkEgwKAWUYCCABKAhSAWUSDAoBZhgJIAEoCVIBZhIMCgFn
GAogASgMUgFnEgwKAWgYCyABKA1SAWgSDAoBaRgMIAEoD1IBaRIMCgFqGA0gASgQUgFqEgwKAWsYDiABKBFSAWsSDAoBbBgP
IAEoElIBbBI1CgVpbm5lchgQIAEoCzIfLmV2ZXJ5dGhpbmcudjEuRXZlcnl0aGluZy5Jbm5lclIFaW5uZXISOgoFa2luZHMY
ESADKA4yJC5ldmVyeXRoaW5nLnYxLkV2ZXJ5dGhpbmcuSW5uZXIuS2luZFIFa2luZHMSKgoFY29sb3IYEiABKA4yFC5ldmVy
eXRoaW5nLnYxLkNvbG9yUgVjb2xvchI+CgdieV9uYW1lGBMgAygLMiUuZXZlcnl0aGluZy52MS5FdmVyeXRoaW5nLkJ5TmFt
ZUVudHJ5UgZieU5hbWUSRAoJYnlfbnVtYmVyGBQgAygLMicuZXZlcnl0aGluZy52MS5FdmVyeXRoaW5nLkJ5TnVtYmVyRW50
cnlSCGJ5TnVtYmVyEjsKBmZsYWdzXxgVIAMoCzIkLmV2ZXJ5dGhpbmcudjEuRXZlcnl0aGluZy5GbGFnc0VudHJ5UgVmbGFn
cxIbCgh0aGlzX29uZRgWIAEoCUgAUgd0aGlzT25lEjoKB29yX3RoYXQYFyABKAsyHy5ldmVyeXRoaW5nLnYxLkV2ZXJ5dGhp
bmcuSW5uZXJIAFIGb3JUaGF0EhkKBW1heWJlGBggASgFSAFSBW1heWJliAEBEh0KCm1hbnlfd29yZHMYGSADKAlSCW1hbnlX
b3JkcxqMAQoFSW5uZXISOAoEa2luZBgBIAEoDjIkLmV2ZXJ5dGhpbmcudjEuRXZlcnl0aGluZy5Jbm5lci5LaW5kUgRraW5k
EjMKBG1vcmUYAiABKAsyHy5ldmVyeXRoaW5nLnYxLkV2ZXJ5dGhpbmcuSW5uZXJSBG1vcmUiFAoES2luZBIFCgFBEAASBQoB
QhABGloKC0J5TmFtZUVudHJ5EhAKA2tleRgBIAEoCVIDa2V5EjUKBXZhbHVlGAIgASgLMh8uZXZlcnl0aGluZy52MS5FdmVy
eXRoaW5nLklubmVyUgV2YWx1ZToCOAEaUQoNQnlOdW1iZXJFbnRyeRIQCgNrZXkYASABKAVSA2tleRIqCgV2YWx1ZRgCIAEo
DjIULmV2ZXJ5dGhpbmcudjEuQ29sb3JSBXZhbHVlOgI4ARo4CgpGbGFnc0VudHJ5EhAKA2tleRgBIAEoCFIDa2V5EhQKBXZh
bHVlGAIgASgMUgV2YWx1ZToCOAFCBwoFd2hpY2hCCAoGX21heWJlKkIKBUNvbG9yEhEKDUNPTE9SX1VOS05PV04QABINCglD
T0xPUl9SRUQQAxIXCgpDT0xPUl9CQUNLEP///////////wEyjAEKBlRoaW5ncxJDCgNHZXQSGS5ldmVyeXRoaW5nLnYxLkV2
ZXJ5dGhpbmcaHy5ldmVyeXRoaW5nLnYxLkV2ZXJ5dGhpbmcuSW5uZXIwARI9CgNQdXQSGS5ldmVyeXRoaW5nLnYxLkV2ZXJ5
dGhpbmcaGS5ldmVyeXRoaW5nLnYxLkV2ZXJ5dGhpbmcoAWIGcHJvdG8z
`;

test("a file's descriptor is protoc's to the byte", () => {
  const { descriptor } = protoFile({ name: "everything.proto", text: everything });
  expect(Buffer.from(descriptor).toString("base64")).toBe(described.replaceAll("\n", ""));
});

test.each([
  ["imports", 'syntax = "proto3"; import "other.proto";', "it imports other.proto"],
  ["is of an older syntax", 'syntax = "proto2"; package a;', "not proto3"],
  ["is no file at all", "syntax = nonsense", "illegal"],
])("a file that %s is refused", (_how, text, message) => {
  expect(() => protoFile({ name: "some.proto", text })).toThrow(message);
});
