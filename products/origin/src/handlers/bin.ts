import { type Handler, refuse } from "@breakwater/server";
import { parseBytes, UnitError } from "@breakwater/units";
import { queryOf } from "../uri.ts";
import type { Zeros } from "../zeros.ts";

export interface BinOptions {
  readonly zeros: Zeros;
}

/**
 * ANY /bin/:size: so many zero bytes, with their Content-Length or, if `?chunked=true`, in chunks.
 */
export function bin({ zeros }: BinOptions): Handler<"size"> {
  return (request, { size }) => {
    const bytes = tryParseBytes(size);
    if (bytes === undefined || bytes > zeros.maxBytes) return refuseSize(size, zeros.maxBytes);
    const chunked = queryOf(request).get("chunked") ?? "false";
    if (chunked !== "true" && chunked !== "false") return refuseChunked(chunked);
    return new Response(chunked === "true" ? zeros.stream(bytes) : zeros.blob(bytes), {
      // Said aloud because Bun makes it 206 for a part of a file.
      status: 200,
      headers: {
        "content-type": "application/octet-stream",
        // Said aloud because Bun names the file that it reads from otherwise.
        "content-disposition": "attachment",
      },
    });
  };
}

function tryParseBytes(size: string): number | undefined {
  try {
    return parseBytes(size);
  } catch (error) {
    if (error instanceof UnitError) return undefined;
    throw error;
  }
}

function refuseSize(size: string, maxBytes: number): Response {
  const shown = JSON.stringify(size);
  return refuse(
    400,
    `Cannot send ${shown}: the size must be whole bytes up to ${maxBytes}, like 11111, 10K, 1M or 10G`,
  );
}

function refuseChunked(chunked: string): Response {
  const shown = JSON.stringify(chunked);
  return refuse(400, `Cannot read chunked=${shown}: it must be true or false`);
}
