import type { Clock } from "@breakwater/clock";
import { FakeClock } from "@breakwater/clock/testing";
import {
  type FakeAnswer,
  type FakeExchange,
  type FakeRequest,
  fakeExchange,
} from "@breakwater/http-server/testing";
import type { CallHandler, Stage } from "../call.ts";
import { type ServiceHandlerOptions, serviceHandler } from "../service-handler.ts";

export interface Asked {
  readonly exchange: FakeExchange;
  readonly status: number;
  /** By name in lower case; the last one of a name. */
  readonly fields: Readonly<Record<string, string>>;
  readonly text: string;
  readonly answer: FakeAnswer;
}

export interface AskOptions extends Partial<ServiceHandlerOptions> {
  readonly stages: readonly Stage[];
  /** Answers every path. */
  readonly handler?: CallHandler;
  readonly clock?: Clock;
}

/** Leads a request through stages, as a service does, and says what came of it. */
export async function ask(request: FakeRequest, options: AskOptions): Promise<Asked> {
  const exchange = fakeExchange(request);
  await serviceOf(options)(exchange);
  const answer = await exchange.done;
  return {
    exchange,
    status: answer.head?.status ?? 0,
    fields: Object.fromEntries(
      (answer.head?.fields ?? []).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    text: exchange.text(),
    answer,
  };
}

/** The same handler for several requests. */
export function serviceOf(options: AskOptions): ReturnType<typeof serviceHandler> {
  const { handler = (call) => call.respond({ status: 200, body: "ok" }), ...more } = options;
  return serviceHandler({
    clock: new FakeClock(),
    routes: {},
    fallback: handler,
    newId: () => "id-1",
    clientIp: () => "192.0.2.7",
    onPanic: () => {},
    ...more,
  });
}
