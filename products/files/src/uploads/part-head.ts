import { FilesError } from "../files-error.ts";
import { parseHeaderParams } from "./header-params.ts";

/** What stands before a part's content. */
export interface PartHead {
  readonly name: string;
  /** What makes a part a file, whatever its type: k6 gives plain fields a Content-Type, too. */
  readonly filename: string | undefined;
  readonly contentType: string | undefined;
}

/** The header lines of a part, without the empty line. Throws FilesError "bad_request". */
export function parsePartHead(bytes: Uint8Array): PartHead {
  let disposition: string | undefined;
  let contentType: string | undefined;
  for (const line of toText(bytes).split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon <= 0) throw malformed(`the header line "${line.slice(0, 80)}" has no name`);
    const name = line.slice(0, colon).trim().toLowerCase();
    if (name === "content-disposition") disposition ??= line.slice(colon + 1);
    else if (name === "content-type") contentType ??= line.slice(colon + 1).trim();
    else if (name === "content-transfer-encoding") checkEncoding(line.slice(colon + 1).trim());
  }
  const { value, params } = parseHeaderParams(disposition ?? "");
  const name = params.get("name");
  if (value !== "form-data" || name === undefined) {
    throw malformed('a part has no Content-Disposition of the form: form-data; name="file"');
  }
  const filename = decoded(params.get("filename*")) ?? toName(params.get("filename"));
  return { name: toName(name) ?? "", filename, contentType };
}

/** RFC 7578, section 4.7: deprecated, and nobody sends others. */
function checkEncoding(encoding: string): void {
  if (/^(binary|8bit|7bit)$/i.test(encoding)) return;
  throw malformed(`a part has the Content-Transfer-Encoding "${encoding}": send it as it is`);
}

/** An empty one is that of a field in a page where no file was chosen: as none. */
function toName(text: string | undefined): string | undefined {
  if (text === undefined || text === "") return undefined;
  // The HTML standard, multipart/form-data: pages write these three so, and nothing else.
  return text.replace(/%(22|0D|0A)/gi, (_all, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

/** RFC 8187, which RFC 7578 forbids in forms and some clients send. */
function decoded(text: string | undefined): string | undefined {
  const encoded = /^utf-8'[^']*'(.+)$/i.exec(text ?? "")?.[1];
  if (encoded === undefined) return undefined;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function toText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw malformed("the headers of a part are not UTF-8");
  }
}

function malformed(why: string): FilesError {
  return new FilesError("bad_request", `Cannot read the form: ${why}`);
}
