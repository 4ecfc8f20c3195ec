import type { Clock } from "@breakwater/clock";
import { type Exchange, type Handler, type ReceivedRequest, refuse } from "@breakwater/http-server";
import { ParameterError } from "../parameter.ts";
import { respondInjected } from "./injected.ts";
import { bandwidthPace, pacedAnswer } from "./paced-exchange.ts";
import { pacedUpload } from "./paced-upload.ts";
import { type Random, seededRandom } from "./random.ts";
import { parseQueryShape, parseShape, type Shape, type ShapeWord, shapeWords } from "./shape.ts";

export interface ShapedOptions {
  /** What is done to all answers of which their requests say nothing. */
  readonly defaults: Shape;
  readonly clock: Clock;
  readonly random: Random;
  /**
   * The first segments of paths, as in "/chunked", whose `delay` in the query is their own. The
   * header is heeded there as well.
   */
  readonly ownDelay: ReadonlySet<string>;
}

/** The request's header that says what is to be done to its answer, and wins over the query. */
export const SHAPE_HEADER = "x-bw-shape";

/**
 * The handler, with its answers shaped as the defaults, the query and the header say, the later
 * winning word by word; 400 where one cannot be read.
 *
 * Hot path: a request that asks for nothing costs a look at its query and its headers, and nothing
 * when its head is the one before's.
 */
export function shaped(handler: Handler, options: ShapedOptions): Handler {
  const { defaults, clock, random } = options;
  const fallbackRandom = defaults.seed === undefined ? random : seededRandom(defaults.seed);
  const isShapedAnyway = Object.keys(defaults).length > 0;
  const known = new WeakMap<ReceivedRequest, Shape>();
  let plain: ReceivedRequest | undefined;
  return (exchange) => {
    const { request } = exchange;
    if (request === plain) return handler(exchange);
    const header = request.header(SHAPE_HEADER);
    if (header === undefined && !isShapedAnyway && !mentionsShape(request.query)) {
      plain = request;
      return handler(exchange);
    }
    const shape = known.get(request) ?? tryShape(exchange, header, options);
    if (shape === undefined) return undefined;
    known.set(request, shape);
    const isSeeded = shape.seed !== undefined && shape.seed !== defaults.seed;
    const draw = isSeeded ? seededRandom(shape.seed) : fallbackRandom;
    return answer(exchange, shape, { handler, clock, random: draw });
  };
}

const shapeWord = new RegExp(`(?:^|&)(?:${shapeWords.join("|")})=`);

function mentionsShape(query: string): boolean {
  return query !== "" && shapeWord.test(query);
}

/** Refuses what cannot be read. */
function tryShape(
  exchange: Exchange,
  header: string | undefined,
  { defaults, ownDelay }: ShapedOptions,
): Shape | undefined {
  const { path, query } = exchange.request;
  const first = /^\/[^/]*/.exec(path)?.[0] ?? path;
  const except: readonly ShapeWord[] = ownDelay.has(first) ? ["delay"] : [];
  try {
    const asked = parseQueryShape(query, except);
    return { ...defaults, ...asked, ...(header === undefined ? {} : parseShape(header)) };
  } catch (error) {
    if (!(error instanceof ParameterError)) throw error;
    refuse(exchange, 400, error.message);
    return undefined;
  }
}

interface Tools {
  readonly handler: Handler;
  readonly clock: Clock;
  readonly random: Random;
}

/** What is drawn is drawn at once and in this order, so that a seed leads to the same. */
function answer(exchange: Exchange, shape: Shape, tools: Tools): void | Promise<void> {
  const { clock, random } = tools;
  const delayMs = shape.delay?.(random) ?? 0;
  const error = shape.error !== undefined && random() < shape.error.rate ? shape.error : undefined;
  const fault = shape.fault !== undefined && random() < shape.fault.rate ? shape.fault : undefined;
  const go = (): void | Promise<void> => {
    if (error !== undefined) {
      const message = `This ${error.status} was injected, as was asked for a share of ${error.rate}`;
      return respondInjected(exchange, { status: error.status, mark: "error", message });
    }
    const limited = limit(exchange, shape, clock);
    if (fault === undefined) return tools.handler(limited);
    return fault.fault.inject(limited, tools.handler, { clock, random });
  };
  return delayMs === 0 ? go() : later(exchange, clock, { delayMs, go });
}

function limit(exchange: Exchange, { bandwidth, upload }: Shape, clock: Clock): Exchange {
  const slowed = upload === undefined ? exchange : pacedUpload(exchange, upload, clock);
  return bandwidth === undefined ? slowed : pacedAnswer(slowed, bandwidthPace(bandwidth), clock);
}

interface Waiting {
  readonly delayMs: number;
  readonly go: () => void | Promise<void>;
}

/** Goes on after that time, unless the client goes away before. */
async function later(exchange: Exchange, clock: Clock, { delayMs, go }: Waiting): Promise<void> {
  const isThere = await new Promise<boolean>((resolve) => {
    const cancel = clock.at(clock.nowMs() + delayMs, () => resolve(true));
    exchange.onAbort(() => {
      cancel();
      resolve(false);
    });
  });
  if (isThere) await go();
}
