import { expect, test } from "bun:test";
import { schemas } from "../testing/schemas.ts";
import { loadProtoFiles } from "./load-proto-files.ts";
import type { GrpcMethod } from "./schema.ts";

/** Loads main.proto, and what else is given. */
function load(files: Readonly<Record<string, string>>): readonly GrpcMethod[] {
  return loadProtoFiles({
    importPaths: ["/first", "/second"],
    files: ["main.proto"],
    readFile: (path) => {
      const text = files[path];
      if (text === undefined) throw new Error("ENOENT");
      return Buffer.from(text);
    },
  }).methods;
}

const header = 'syntax = "proto3";\npackage a.b;\n';

test.each(schemas)("a schema from %s knows the methods", (_, { methods }) => {
  const found = methods.map(({ encode, decode, empty, ...rest }) => rest);
  const everything = { package: "everything.v1", service: "Everything" };
  expect(found).toEqual([
    {
      ...everything,
      name: "Echo",
      path: "/everything.v1.Everything/Echo",
      isClientStream: false,
      isServerStream: false,
    },
    {
      ...everything,
      name: "Count",
      path: "/everything.v1.Everything/Count",
      isClientStream: false,
      isServerStream: true,
    },
    {
      ...everything,
      name: "Sum",
      path: "/everything.v1.Everything/Sum",
      isClientStream: true,
      isServerStream: false,
    },
    {
      ...everything,
      name: "Mirror",
      path: "/everything.v1.Everything/Mirror",
      isClientStream: true,
      isServerStream: true,
    },
    {
      package: "old",
      service: "Old",
      name: "Get",
      path: "/old.Old/Get",
      isClientStream: false,
      isServerStream: false,
    },
  ]);
});

test("imports are looked for in the folders in turn, and each file is read once", () => {
  const methods = load({
    "/first/main.proto": `${header}import "x.proto"; import "y.proto"; service S { rpc Do(X) returns (Y); }`,
    "/first/x.proto": `${header}message X {}`,
    "/second/x.proto": `${header}message Wrong {}`,
    "/second/y.proto": `${header}import "x.proto"; message Y { X x = 1; }`,
  });
  expect(methods.map(({ path }) => path)).toEqual(["/a.b.S/Do"]);
  expect(methods[0]?.empty()).toEqual({ x: null });
});

test.each([
  ["no file", {}, "Cannot load main.proto: there is no such file in /first, /second"],
  [
    "a syntax error",
    { "/first/main.proto": `${header}message M {\n  string s = ;\n}` },
    "Cannot load /first/main.proto:4: illegal id ';'",
  ],
  [
    "a type that does not exist",
    { "/second/main.proto": `${header}message M {\n  string s = 1;\n  Nope n = 2;\n}` },
    "Cannot load /second/main.proto:5: there is no type Nope; is an import missing?",
  ],
  [
    "a method's type that does not exist",
    { "/first/main.proto": `${header}message M {}\nservice S {\n  rpc Do(M) returns (x.Y);\n}` },
    "Cannot load /first/main.proto:5: there is no type x.Y; is an import missing?",
  ],
  [
    "an import that does not exist",
    { "/first/main.proto": `${header}import "other.proto";` },
    "Cannot load /first/main.proto:3: there is no file other.proto in /first, /second",
  ],
  [
    "a name that is there twice",
    { "/first/main.proto": `${header}message M {}\nmessage M {}` },
    "Cannot load /first/main.proto",
  ],
])("%s is told with file and line", (_, files, message) => {
  expect(() => load(files)).toThrow(message);
});

test("google's own files need not be there", () => {
  const names = ["any", "api", "descriptor", "duration", "empty", "field_mask", "source_context"];
  const others = ["struct", "timestamp", "type", "wrappers"];
  const imports = [...names, ...others].map((name) => `import "google/protobuf/${name}.proto";`);
  const service = "service S { rpc Do(google.protobuf.Empty) returns (google.protobuf.Api); }";
  const methods = load({ "/first/main.proto": `${header}${imports.join("\n")}\n${service}` });
  expect(methods[0]?.encode({})).toHaveLength(0);
});
