import type { Exchange } from "./exchange.ts";

/** An error body that says what was asked and what would have worked. */
export function refuse(exchange: Exchange, status: number, message: string): void {
  respondJson(exchange, status, { error: message });
}

/** The value as JSON. */
export function respondJson(exchange: Exchange, status: number, value: unknown): void {
  exchange.respond({ status, fields: jsonFields, body: JSON.stringify(value) });
}

const jsonFields = [["content-type", "application/json"]] as const;
