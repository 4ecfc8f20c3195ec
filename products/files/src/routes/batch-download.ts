import { type Call, type CallHandler, readBytes } from "@breakwater/service";
import { nameIn } from "../caches/links.ts";
import { respondText, successText } from "../envelope.ts";
import type { FileSpace } from "../file-space.ts";
import { FilesError } from "../files-error.ts";
import type { FilesParts } from "../files-parts.ts";
import { notFound } from "../named-file.ts";
import { tryFilesError } from "../store-problem.ts";

export const MAX_BATCH = 100;

/** 100 paths of 1,024 bytes, each written as \uXXXX. */
const MAX_BODY_BYTES = 1_048_576;
/** So many are looked for at once. */
const AT_ONCE = 10;

/**
 * `{"paths":[…]}` to a link for each, in their order. Hot path: 50 links that are kept cost 7 to
 * 9 µs beyond a ping without a socket, as they are kept as JSON.
 */
export function batchDownload(parts: FilesParts): CallHandler {
  const { ownLinks, spaceOf } = parts;
  return async (call) => {
    const space = spaceOf(call, "read");
    checkType(call);
    const body = await readBytes(call, { maxBytes: MAX_BODY_BYTES });
    if (!body.ok) return;
    const batch = look(space, parsePaths(textOf(body.value)), parts);
    if (batch.missing.length === 0) {
      return respondText(call, ownLinks.reachable(call, allFound(batch.items)));
    }
    const errors = await makeMissing(batch, parts);
    respond(call, parts, { items: batch.items, errors });
  };
}

interface Batch {
  readonly space: FileSpace;
  readonly paths: readonly string[];
  /** By index, to be filled in where one is missing. */
  readonly items: string[];
  readonly missing: readonly number[];
}

function look(space: FileSpace, paths: readonly string[], { links, kit }: FilesParts): Batch {
  const nowMs = kit.clock.nowMs();
  const items: string[] = [];
  const missing: number[] = [];
  for (let index = 0; index < paths.length; index += 1) {
    const found = links.find(space, paths[index]!, nowMs);
    if (found === undefined) missing.push(index);
    items.push(found === undefined ? "" : found.item);
  }
  return { space, paths, items, missing };
}

/** The original took it for any: a wrong one was told 400, with the right number in words. */
function checkType({ request }: Call): void {
  const type = request.header("content-type");
  if (type === "application/json") return;
  if (type !== undefined && /^\s*application\/([\w.+-]+\+)?json\s*(;|$)/i.test(type)) return;
  throw new FilesError("unsupported_media_type", "Cannot read that body: send application/json", {
    original: { status: 400, message: "code=415, message=Unsupported Media Type" },
  });
}

function parsePaths(text: string): readonly string[] {
  const { paths = [] } = text === "" ? {} : parseObject(text);
  if (!Array.isArray(paths) || !paths.every((path) => typeof path === "string")) {
    throw badPaths("malformed_json", 'Cannot read the body: write {"paths":["a.txt","b.txt"]}');
  }
  if (paths.length === 0) {
    throw badPaths("bad_request", "Cannot tell which files are meant: paths is empty", {
      message: "no paths provided",
    });
  }
  if (paths.length <= MAX_BATCH) return paths;
  const asked = `Cannot take ${paths.length} paths: ${MAX_BATCH} at most`;
  throw badPaths("too_many_files", asked, { message: "maximum 100 files allowed per batch" });
}

function textOf(body: Uint8Array): string {
  try {
    return strict.decode(body);
  } catch {
    throw badSyntax();
  }
}

const strict = new TextDecoder("utf-8", { fatal: true });

function parseObject(text: string): { readonly paths?: unknown } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badSyntax();
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw badPaths("malformed_json", 'Cannot read the body: write {"paths":["a.txt","b.txt"]}');
}

const badSyntax = (): FilesError =>
  badPaths("malformed_json", "Cannot read the body: it is not JSON in UTF-8", {
    message: "code=400, message=Syntax error",
  });

function badPaths(
  code: "bad_request" | "malformed_json" | "too_many_files",
  message: string,
  original = { message: "code=400, message=Unmarshal type error" },
): FilesError {
  return new FilesError(code, message, { original: { status: 400, ...original } });
}

/** Answers what went wrong, in the order of the paths. */
async function makeMissing(batch: Batch, { links }: FilesParts): Promise<readonly FilesError[]> {
  const { space, paths, items, missing } = batch;
  const errors: FilesError[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < missing.length) {
      const turn = next;
      next += 1;
      const index = missing[turn]!;
      const path = paths[index]!;
      try {
        const link = await links.make(space, path);
        if (link === undefined) throw notFound(path);
        items[index] = link.item;
      } catch (error) {
        const told = tryFilesError(error);
        if (told === undefined) throw error;
        errors[turn] = told;
        items[index] = failedItem(path, told);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, missing.length) }, work));
  // Holes are those that went well.
  return errors.filter(() => true);
}

/** Without a text of 20 kB that is made, joined with its head, and copied to be sent. */
function allFound(items: readonly string[]): Uint8Array {
  let end = room.latin1Write('{"status":"Success","response_code":200,"data":{"files":[', 0);
  for (const item of items) {
    // Its comma, and the counts at the end.
    if (end + item.length + TAIL_BYTES > ROOM_BYTES) {
      return new TextEncoder().encode(successText(dataOf(items, 0)));
    }
    end += room.latin1Write(item, end);
    room[end] = COMMA;
    end += 1;
  }
  end += room.latin1Write(`],"totalSuccess":${items.length},"totalFailed":0}}\n`, end - 1) - 1;
  return new Uint8Array(room.subarray(0, end));
}

const COMMA = 0x2c;
const TAIL_BYTES = 100;
/** A hundred links of files whose names are short. */
const ROOM_BYTES = 65_536;
/** Bun's types lack latin1Write(). */
const room: Room = Buffer.alloc(ROOM_BYTES) as Buffer & Room;

interface Room extends Uint8Array {
  latin1Write(text: string, offset: number): number;
}

function failedItem(path: string, { message, code }: FilesError): string {
  return JSON.stringify({ path, fileName: nameIn(path), error: message, code, success: false });
}

const dataOf = (items: readonly string[], failed: number): string =>
  `{"files":[${items.join(",")}],"totalSuccess":${items.length - failed},"totalFailed":${failed}}`;

function respond(
  call: Call,
  { envelopes, ownLinks }: FilesParts,
  { items, errors }: { readonly items: readonly string[]; readonly errors: readonly FilesError[] },
): void {
  const text = dataOf(items, errors.length);
  if (errors.length < items.length) {
    envelopes.noteErrors(call, errors);
    respondText(call, ownLinks.reachable(call, successText(text)));
  } else envelopes.batch(call, JSON.parse(text), { done: 0, errors });
}
