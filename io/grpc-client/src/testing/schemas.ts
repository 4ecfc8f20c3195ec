import { readFileSync } from "node:fs";
import { join } from "node:path";
import { schemaFromDescriptorSet } from "../schema/from-descriptors.ts";
import { loadProtoFiles } from "../schema/load-proto-files.ts";
import type { Schema } from "../schema/schema.ts";

export const protoFolder: string = join(import.meta.dir, "protos");

/** The .proto files here, and what protocompile made of them, should come to the same. */
export const schemas: readonly (readonly [source: string, schema: Schema])[] = [
  [
    "files",
    loadProtoFiles({
      importPaths: [protoFolder],
      files: ["everything.proto", "old.proto"],
      readFile: (path) => readFileSync(path),
    }),
  ],
  [
    "a descriptor set",
    schemaFromDescriptorSet(readFileSync(join(protoFolder, "all.protoset")), "all.protoset"),
  ],
];
