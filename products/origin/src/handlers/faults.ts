import type { Clock } from "@breakwater/clock";
import { type Handler, type RouteHandler, refuse } from "@breakwater/http-server";
import { ParameterError, parseSize } from "../parameter.ts";
import { parseFault } from "../shape/fault-kinds.ts";
import type { Random } from "../shape/random.ts";
import { isShapeWord } from "../shape/shape.ts";

export interface FaultOptions {
  readonly clock: Clock;
  readonly random: Random;
}

const MAX_SIZE_BYTES = 2 ** 20;

/**
 * ANY /fault/:kind: an answer of ?size bytes (1K) with that fault, whose parameters the query has;
 * the words of a shape are left to whoever shapes the answer.
 */
export function fault(tools: FaultOptions): RouteHandler<"kind"> {
  return (exchange, { kind }) => {
    const parameters = new Map<string, string>();
    for (const [name, value] of new URLSearchParams(exchange.request.query)) {
      if (!isShapeWord(name)) parameters.set(name, value);
    }
    try {
      const size = parseSize("size", parameters.get("size") ?? "1K", { max: MAX_SIZE_BYTES });
      parameters.delete("size");
      return parseFault(kind, parameters).inject(exchange, plainAnswer(size), tools);
    } catch (error) {
      if (!(error instanceof ParameterError)) throw error;
      return refuse(exchange, 400, error.message);
    }
  };
}

function plainAnswer(bytes: number): Handler {
  return (exchange) =>
    exchange.respond({
      status: 200,
      fields: [["content-type", "text/plain"]],
      body: plainBody.subarray(0, bytes),
    });
}

/** Lines of 64, so that one sees how much of it came. */
const plainBody: Uint8Array = Buffer.alloc(
  MAX_SIZE_BYTES,
  "0123456789abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQ\n",
);
