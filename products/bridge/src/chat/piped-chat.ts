import { BridgeClientError } from "@breakwater/bridge-client";
import type { Clock } from "@breakwater/clock";
import { type ChatConnection, ChatSession } from "./chat-session.ts";
import { readLines } from "./read-lines.ts";

export interface PipedChatOptions {
  /** Closed at the end. */
  readonly client: ChatConnection;
  readonly url: string;
  readonly newId: () => string;
  readonly input: AsyncIterable<Uint8Array | string>;
  readonly write: (stream: "stdout" | "stderr", text: string) => void;
  readonly clock: Clock;
  /** Aborted: leave. */
  readonly signal: AbortSignal;
}

const FAILED = 1;
const MAX_REMEMBERED = 1000;
/** So many messages are under way at once. */
const MAX_UNANSWERED = 64;
const MAX_LINE = 1_000_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** Longer than a bridge waits for an acknowledgement, by itself, before it says `queued`. */
const RECEIPT_TIMEOUT_MS = 60_000;

/**
 * For a pipe: sends each line, then waits until it is known what became of all of them. The exit
 * code says whether something was lost.
 */
export async function runPipedChat(options: PipedChatOptions): Promise<number> {
  const { client, input, write, signal } = options;
  const screen = {
    show: (line: string) => write("stdout", `${line}\n`),
    note: (line: string) => write("stderr", `${line}\n`),
  };
  const session = new ChatSession({ ...options, screen, maxRemembered: MAX_REMEMBERED });
  try {
    await client.ready({ timeoutMs: CONNECT_TIMEOUT_MS, signal });
    for await (const line of readLines(input, MAX_LINE)) {
      if ((await session.onLine(line)) === "over") break;
      if (!(await answered(session, MAX_UNANSWERED, options))) break;
    }
    if (await answered(session, 0, options)) return session.lost === 0 ? 0 : FAILED;
    if (!signal.aborted) screen.note("The bridge did not say what became of the last messages");
  } catch (error) {
    if (!(error instanceof BridgeClientError)) throw error;
    // The session has said why, if it is over.
    if (error.code === "timeout") screen.note(error.message);
  } finally {
    await client.close({ timeoutMs: signal.aborted ? 0 : CONNECT_TIMEOUT_MS });
  }
  return FAILED;
}

/** Whether all messages but so many are accounted for in time, and before it is over. */
async function answered(
  session: ChatSession,
  allBut: number,
  { client, clock, signal }: PipedChatOptions,
): Promise<boolean> {
  if (signal.aborted) return false;
  const given = Promise.withResolvers<boolean>();
  const giveUp = (): void => given.resolve(false);
  const cancel = clock.at(clock.nowMs() + RECEIPT_TIMEOUT_MS, giveUp);
  signal.addEventListener("abort", giveUp);
  void client.closed.then(giveUp);
  void session.unansweredAtMost(allBut).then(() => given.resolve(true));
  const isAnswered = await given.promise;
  cancel();
  signal.removeEventListener("abort", giveUp);
  return isAnswered;
}
