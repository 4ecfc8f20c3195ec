import { parseWsUrl, WsClientError } from "@breakwater/ws-client";
import type { VuContext } from "../../vu/vu-context.ts";
import { readConnectParams } from "./connect-params.ts";
import { FrozenTags } from "./frozen-tags.ts";
import { type Setup, WsSession } from "./session.ts";
import { wsMetrics } from "./ws-metrics.ts";

/** What ws.connect() gives once the connection has ended; an answer that opened none has no URL. */
export interface WsResponse {
  readonly url: string;
  /** 101, the status that refused, or 0 when nothing answered. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Why nothing answered, or "". */
  readonly error: string;
}

/**
 * k6's ws.connect(url, params?, fn): opens a WebSocket, calls `fn` with it, and resolves when it is
 * closed. Its handlers run one after the other, while all else in the script waits.
 *
 * @throws TypeError for arguments that it cannot use, and whatever a handler throws
 */
export async function connect(
  vu: VuContext,
  url: unknown,
  rest: readonly unknown[],
): Promise<WsResponse> {
  vu.activity.assertRunning("open a WebSocket");
  const setup = readSetup(rest);
  const params = readConnectParams(rest.length === 2 ? rest[0] : undefined, { isStrict: false });
  const givenUrl = String(url);
  const tags = new FrozenTags(vu.tags, params.tags, { url: givenUrl });
  return await vu.activity.enclose(async () => {
    try {
      const options = { url: parseWsUrl(givenUrl), givenUrl, params, tags, setup };
      return await new WsSession(vu, options).run();
    } catch (error) {
      if (!(error instanceof WsClientError)) throw error;
      return failWithoutDialling(vu, tags, error);
    }
  });
}

function readSetup(rest: readonly unknown[]): Setup {
  if (rest.length !== 1 && rest.length !== 2) {
    throw new TypeError("Cannot connect with these arguments: give url, params and a function");
  }
  const setup = rest.at(-1);
  if (typeof setup === "function") return setup as Setup;
  throw new TypeError("Cannot connect without a function: it must be the last argument");
}

/** k6 counts a session for a URL that nothing can be asked of as well. */
async function failWithoutDialling(
  vu: VuContext,
  tags: FrozenTags,
  { message }: WsClientError,
): Promise<WsResponse> {
  const nowMs = vu.clock.nowMs();
  const metrics = wsMetrics(vu);
  metrics.ws_sessions.add(1, tags, nowMs);
  metrics.ws_connecting.add(0, tags, nowMs);
  metrics.ws_session_duration.add(0, tags, nowMs);
  if (vu.settings.isThrowing) throw new Error(message);
  return { url: "", status: 0, headers: {}, body: "", error: message };
}
