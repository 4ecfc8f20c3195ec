import { BridgeClientError } from "@breakwater/bridge-client";
import type { Clock } from "@breakwater/clock";
import { AgentError } from "../agent/agent-error.ts";
import { reasonInWords } from "../agent/drop-reason.ts";
import { whyInWords } from "../agent/why-in-words.ts";
import type { McpClient, ToolContext } from "./tool.ts";

export interface ToolContextOptions {
  readonly client: McpClient;
  readonly url: string;
  readonly clock: Clock;
}

/** A bridge that is being reached is given so long before a tool says that it is not. */
const CONNECT_TIMEOUT_MS = 1000;
/** Messages of which it is not known yet whether they are lost; and losses to be told. */
const MAX_WATCHED = 1000;
const MAX_NOTICES = 20;

/** What the tools of one agent share: the connection, and what became of what was sent. */
export function toolContext({ client, url, clock }: ToolContextOptions): {
  readonly context: ToolContext;
  readonly takeNotices: () => readonly string[];
} {
  const watched = new Map<string, string>();
  const notices: string[] = [];
  const notice = (text: string): void => {
    notices.push(text);
    if (notices.length > MAX_NOTICES) notices.shift();
  };
  let why: BridgeClientError | undefined;
  let hasBeenOpen = client.state === "open";
  client.onState((state, reason) => {
    hasBeenOpen ||= state === "open";
    why = state === "open" ? undefined : (reason ?? why);
  });
  client.onReceipt(({ id, status, reason }) => {
    const to = watched.get(id);
    if (status !== "queued") watched.delete(id);
    if (to === undefined || status !== "dropped") return;
    notice(`Your message ${id} to ${to} was lost: ${reasonInWords(reason)}`);
  });
  const connected = async (signal: AbortSignal): Promise<void> => {
    if (client.state === "open") return;
    try {
      // A connection that was lost comes back soon; one that never was may be a wrong address.
      if (why !== undefined && !hasBeenOpen) throw why;
      await client.ready({ timeoutMs: CONNECT_TIMEOUT_MS, signal });
    } catch (error) {
      if (!(error instanceof BridgeClientError)) throw error;
      const reason = whyInWords(why ?? error);
      throw new AgentError("not_connected", `Not connected to ${url}: ${reason}`, { cause: error });
    }
  };
  const watch = (messageId: string, to: string): void => {
    watched.set(messageId, to);
    const [oldest] = watched.keys();
    if (watched.size > MAX_WATCHED && oldest !== undefined) watched.delete(oldest);
  };
  return {
    context: { client, clock, newId: () => crypto.randomUUID(), connected, watch, notice },
    takeNotices: () => notices.splice(0),
  };
}
