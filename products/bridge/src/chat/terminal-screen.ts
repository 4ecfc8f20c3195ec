import { createInterface, type Interface } from "node:readline";
import type { Screen } from "./chat-session.ts";
import type { TypedLines } from "./typed-lines.ts";
import { nameInWords } from "./words.ts";

export interface TerminalOptions {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly id: string;
  readonly typed: TypedLines;
  readonly maxTypedLines: number;
  readonly completions: (line: string) => readonly string[];
}

/** A terminal in which somebody types while others' messages come in above. */
export interface TerminalScreen extends Screen, Disposable {
  /** One at a time; ends on Ctrl-C, Ctrl-D and when disposed of. */
  readonly lines: AsyncIterable<string>;
  readonly prompt: () => void;
  /** When it has ended. What is shown after that is written plainly. */
  readonly closed: Promise<void>;
}

export function terminalScreen(options: TerminalOptions): TerminalScreen {
  const { input, output, typed, maxTypedLines } = options;
  const prompt = `${nameInWords(options.id)}> `;
  const readline = createInterface({
    input,
    output,
    prompt,
    terminal: true,
    history: [...typed.lines],
    historySize: maxTypedLines,
    removeHistoryDuplicates: true,
    completer: (line: string) => [options.completions(line), line],
  });
  readline.on("history", typed.keep);
  readline.on("SIGINT", () => readline.close());
  let isOpen = true;
  const closed = new Promise<void>((resolve) => {
    readline.once("close", () => {
      isOpen = false;
      // The line that was being typed stays as it is.
      output.write("\r\n");
      resolve();
    });
  });
  const above = (text: string): void => {
    if (!isOpen) {
      output.write(`${text}\n`);
      return;
    }
    // Raw terminals do not go to the first column by themselves.
    output.write(`${lifted(readline)}${text.replaceAll("\n", "\r\n")}\r\n`);
    redraw(readline, output, prompt);
  };
  return {
    lines: readline,
    prompt: () => isOpen && readline.prompt(),
    closed,
    show: above,
    note: (line) => above(`-- ${line}`),
    [Symbol.dispose]: () => readline.close(),
  };
}

/** To the first row of the line that is being typed, and everything from there on erased. */
function lifted(readline: Interface): string {
  const { rows } = readline.getCursorPos();
  return `${rows === 0 ? "" : `\x1b[${rows}A`}\r\x1b[J`;
}

/** What was typed so far, under what was just written, and the cursor where it was. */
function redraw(readline: Interface, output: NodeJS.WritableStream, prompt: string): void {
  const { rows, cols } = readline.getCursorPos();
  if (readline.cursor === readline.line.length) {
    // At the right edge a terminal goes to the next row only with the next character.
    output.write(`${prompt}${readline.line}${cols === 0 && rows > 0 ? " \r" : ""}`);
    return;
  }
  // readline goes up from the cursor's row before it draws.
  output.write("\n".repeat(rows));
  readline.prompt(true);
}
