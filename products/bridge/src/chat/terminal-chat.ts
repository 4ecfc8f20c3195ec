import { type ChatConnection, ChatSession } from "./chat-session.ts";
import { terminalScreen } from "./terminal-screen.ts";
import type { TypedLines } from "./typed-lines.ts";

export interface TerminalChatOptions {
  /** Closed at the end. */
  readonly client: ChatConnection;
  readonly url: string;
  readonly newId: () => string;
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly typed: TypedLines;
  readonly maxTypedLines: number;
  /** Aborted: leave, and wait for nothing. The client has the same. */
  readonly signal: AbortSignal;
}

const FAILED = 1;
const MAX_REMEMBERED = 1000;
/** For the receipts of what was sent last. */
const LEAVE_TIMEOUT_MS = 2000;

/** For somebody who types. The exit code. */
export async function runTerminalChat(options: TerminalChatOptions): Promise<number> {
  const { client, signal } = options;
  using screen = terminalScreen({
    ...options,
    id: client.id,
    completions: (line) => session.completions(line),
  });
  const session = new ChatSession({ ...options, screen, maxRemembered: MAX_REMEMBERED });
  let exitCode = 0;
  void client.closed.then((why) => {
    if (why !== undefined) exitCode = FAILED;
    screen[Symbol.dispose]();
  });
  void screen.closed.then(() => client.close({ timeoutMs: LEAVE_TIMEOUT_MS }));
  signal.addEventListener("abort", () => screen[Symbol.dispose](), { once: true });
  screen.prompt();
  for await (const line of screen.lines) {
    if ((await session.onLine(line)) === "over") break;
    screen.prompt();
  }
  screen[Symbol.dispose]();
  await client.close();
  return exitCode;
}
