import type { Clock } from "@breakwater/clock";
import type { Exchange, Handler } from "@breakwater/http-server";
import type { Call, CallHandler, Stage } from "./call.ts";
import { respondProblem } from "./problem.ts";
import { routeMatcher, type ServiceRoutes } from "./routes.ts";
import { ServiceCall } from "./service-call.ts";

export interface ServiceHandlerOptions {
  readonly clock: Clock;
  /** What happens to every call, the first being the outermost. */
  readonly stages: readonly Stage[];
  readonly routes: ServiceRoutes;
  /** Answers what no route fits; 404 if left out. */
  readonly fallback?: CallHandler;
  /** An id for a request that brings none that is sound. */
  readonly newId: () => string;
  /** The client's address without port. */
  readonly clientIp: (exchange: Exchange) => string;
  /** A handler or a stage threw; its client was told 500, or cut off if its answer had begun. */
  readonly onPanic: (error: unknown, call: Call) => void;
}

/**
 * Answers exchanges as calls of a service: matched to a route, known by an id, led through the
 * stages, and isolated from each other: what throws costs one client a 500.
 *
 * Hot path: once per request of each service.
 */
export function serviceHandler(options: ServiceHandlerOptions): Handler {
  const { clock, stages, routes, fallback = notFound, newId, clientIp, onPanic } = options;
  const match = routeMatcher(routes, fallback);
  const nowMs = (): number => clock.nowMs();
  const toHandler: CallHandler = (call) => call.route.handler(call);
  const first = stages.reduceRight((next, stage) => stage(next), toHandler);
  return (exchange) => {
    const id = soundId(exchange.request.header("x-request-id")) ?? newId();
    const route = match(exchange.request);
    const call = new ServiceCall(exchange, { id, clientIp: clientIp(exchange), route, nowMs });
    call.setField("x-request-id", id);
    const failed = (error: unknown): void => {
      onPanic(error, call);
      call.fail();
    };
    try {
      const done = first(call);
      if (done instanceof Promise) done.catch(failed);
    } catch (error) {
      failed(error);
    }
  };
}

const notFound: CallHandler = (call) =>
  respondProblem(call, {
    status: 404,
    code: "not_found",
    detail: `Cannot find ${call.request.path}`,
  });

/** What clients may call their request: short, and nothing that a log or a page would take ill. */
function soundId(given: string | undefined): string | undefined {
  return given !== undefined && /^[\w.:+/=@-]{1,128}$/.test(given) ? given : undefined;
}
