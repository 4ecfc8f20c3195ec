import { isAbsolute, join } from "node:path";
import protobuf from "protobufjs";
import apiJson from "protobufjs/google/protobuf/api.json";
import descriptorJson from "protobufjs/google/protobuf/descriptor.json";
import sourceContextJson from "protobufjs/google/protobuf/source_context.json";
import typeJson from "protobufjs/google/protobuf/type.json";
import { GrpcClientError } from "../error.ts";
import { schemaFromRoot } from "./from-root.ts";
import type { Schema } from "./schema.ts";

export interface ProtoFiles {
  /** Absolute folders that files and their imports are looked for in, in this order. */
  readonly importPaths: readonly string[];
  /** As they would be imported. */
  readonly files: readonly string[];
  /** Gives a file's bytes; throws when there is none. */
  readonly readFile: (path: string) => Uint8Array;
}

/**
 * Parses .proto files and what they import; google/protobuf's are there without a file.
 *
 * @throws GrpcClientError `bad_schema`, with file, line and what is wrong
 */
export function loadProtoFiles(options: ProtoFiles): Schema {
  const loader = new Loader(options);
  for (const file of options.files) loader.load(file, undefined);
  return schemaFromRoot(loader.resolve());
}

interface Source {
  readonly file: string;
  readonly text: string;
}

class Loader {
  readonly #options: ProtoFiles;
  readonly #root = new protobuf.Root();
  /** By the name they are imported by. */
  readonly #sources = new Map<string, Source | "bundled">();

  constructor(options: ProtoFiles) {
    this.#options = options;
  }

  load(file: string, importer: Source | undefined): void {
    if (this.#sources.has(file)) return;
    const bundled = bundledProtos[file];
    const source = this.#tryRead(file);
    if (source !== undefined) {
      this.#sources.set(file, source);
      this.#parse(source);
    } else if (bundled) {
      this.#sources.set(file, "bundled");
      addBundled(this.#root, bundled);
    } else {
      throw this.#missing(file, importer);
    }
  }

  resolve(): protobuf.Root {
    try {
      this.#root.resolveAll();
      return this.#root;
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      const name = /no such [\w ]+?(?:: | ')([\w.]+)/i.exec(why)?.[1];
      const place = name === undefined ? undefined : this.#find(name);
      if (place === undefined) throw badSchema([...this.#options.files].join(", "), why, cause);
      throw badSchema(place, `there is no type ${name}; is an import missing?`, cause);
    }
  }

  #tryRead(file: string): Source | undefined {
    const { importPaths, readFile } = this.#options;
    const paths = isAbsolute(file) ? [file] : importPaths.map((folder) => join(folder, file));
    for (const path of paths) {
      try {
        return { file: path, text: new TextDecoder().decode(readFile(path)) };
      } catch {
        // The next folder may have it.
      }
    }
    return undefined;
  }

  #parse(source: Source): void {
    const { file, text } = source;
    let parsed: protobuf.IParserResult;
    try {
      parsed = protobuf.parse(text, this.#root, { keepCase: true });
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      const line = /\(?(?:[^()]*, )?line (\d+)\)?$/.exec(why);
      const what = line ? why.slice(0, line.index).trim() : why;
      throw badSchema(line ? `${file}:${line[1]}` : file, what, cause);
    }
    for (const other of [...(parsed.imports ?? []), ...(parsed.weakImports ?? [])]) {
      this.load(other, source);
    }
  }

  #missing(file: string, importer: Source | undefined): GrpcClientError {
    const { importPaths } = this.#options;
    const where = isAbsolute(file) ? "" : ` in ${importPaths.join(", ")}`;
    if (importer === undefined) return badSchema(file, `there is no such file${where}`);
    const line = lineOf(importer.text, file);
    return badSchema(`${importer.file}:${line}`, `there is no file ${file}${where}`);
  }

  /** "file:line" of where a type that does not exist is named first. */
  #find(name: string): string | undefined {
    for (const source of this.#sources.values()) {
      if (source === "bundled") continue;
      const pattern = new RegExp(`(^|[\\s(,<.])${name.replaceAll(".", "\\.")}\\b`, "m");
      const found = pattern.exec(source.text);
      if (found) return `${source.file}:${lineOf(source.text, name, found.index)}`;
    }
    return undefined;
  }
}

function badSchema(place: string, why: string, cause?: unknown): GrpcClientError {
  return new GrpcClientError("bad_schema", `Cannot load ${place}: ${why}`, cause);
}

function lineOf(text: string, part: string, from = 0): number {
  return text.slice(0, Math.max(0, text.indexOf(part, from))).split("\n").length;
}

type Types = Readonly<Record<string, protobuf.AnyNestedObject>>;

/** Only what is not there: several files have the same types beside each other. */
function addBundled(root: protobuf.Root, types: Types): void {
  const folder = root.define("google.protobuf");
  for (const [name, json] of Object.entries(types)) {
    if (folder.get(name) === null) folder.addJSON({ [name]: json });
  }
}

/** The types of a file as protobufjs ships it. */
function typesOf(file: unknown): Types {
  const { nested } = file as { nested: { google: { nested: { protobuf: { nested: Types } } } } };
  return nested.google.nested.protobuf.nested;
}

const bundledProtos: Readonly<Record<string, Types>> = {
  ...Object.fromEntries(
    ["any", "duration", "empty", "field_mask", "struct", "timestamp", "wrappers"].map((name) => {
      const file = `google/protobuf/${name}.proto`;
      return [file, typesOf(protobuf.common.get(file))];
    }),
  ),
  "google/protobuf/descriptor.proto": typesOf(descriptorJson),
  "google/protobuf/api.proto": typesOf(apiJson),
  "google/protobuf/source_context.proto": typesOf(sourceContextJson),
  "google/protobuf/type.proto": typesOf(typeJson),
};
