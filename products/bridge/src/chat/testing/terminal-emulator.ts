import { PassThrough, Writable } from "node:stream";

/** A terminal as small as readline needs it, and what is on it. */
export interface TerminalEmulator {
  readonly input: PassThrough;
  readonly output: Writable;
  /** Its rows, the empty ones at the end left out. */
  readonly rows: () => readonly string[];
  /** Row and column, from 0. */
  readonly cursor: () => readonly [number, number];
}

const ESC = String.fromCharCode(27);
/** A movement, or one character. */
const sequence = new RegExp(`${ESC}\\[(\\d*)([A-Z])|.`, "gsu");

/** It is as high as is needed, so nothing scrolls away. */
export function terminalEmulator(columns: number): TerminalEmulator {
  const cells: string[][] = [[]];
  let row = 0;
  let column = 0;
  const moves: Readonly<Record<string, (count: number) => void>> = {
    A: (count) => (row = Math.max(0, row - count)),
    B: (count) => (row += count),
    C: (count) => (column = Math.min(columns - 1, column + count)),
    D: (count) => (column = Math.max(0, column - count)),
    G: (count) => (column = count - 1),
    J: () => {
      cells.length = row + 1;
      cells[row]?.splice(column);
    },
    K: () => cells[row]?.splice(column),
  };
  const put = (character: string): void => {
    if (column === columns) [row, column] = [row + 1, 0];
    grow();
    cells[row]![column] = character;
    column += 1;
  };
  const grow = (): void => {
    while (cells.length <= row) cells.push([]);
  };
  const write = (text: string): void => {
    for (const [all, count, move] of text.matchAll(sequence)) {
      if (move !== undefined) moves[move]?.(Number(count || (move === "J" ? 0 : 1)));
      else if (all === "\r") column = 0;
      else if (all === "\n") row += 1;
      else put(all);
      grow();
    }
  };
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      write(chunk.toString());
      done();
    },
  });
  return {
    input: new PassThrough(),
    output: Object.assign(output, { columns, isTTY: true }),
    rows: () =>
      cells.map((line) =>
        Array.from(line, (cell) => cell ?? " ")
          .join("")
          .trimEnd(),
      ),
    cursor: () => [row, column],
  };
}
