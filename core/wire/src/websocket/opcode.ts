/** What a frame is (RFC 6455 5.2). */
export type Opcode = "continuation" | "text" | "binary" | "close" | "ping" | "pong";

export const opcodes: Readonly<Record<Opcode, number>> = {
  continuation: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
};

const names = new Map(Object.entries(opcodes).map(([name, code]) => [code, name as Opcode]));

/** undefined for those that are reserved. */
export function tryOpcode(code: number): Opcode | undefined {
  return names.get(code);
}
