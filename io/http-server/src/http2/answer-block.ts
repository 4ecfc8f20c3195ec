import { encodeFieldBlock, encodeResponseBlock, type Field } from "@breakwater/wire";
import type { AnswerHead } from "../exchange.ts";
import { httpDate, httpDateSecond } from "../http-date.ts";

/** An answer's header block, but for what AnswerTail adds. @throws WireError */
export function encodeAnswerBlock(
  { status, fields = [] }: AnswerHead,
  length: number | undefined,
): Uint8Array {
  const hasLength = length !== undefined && !isBodiless(status) && !hasContentLength(fields);
  const all = hasLength ? [...fields, ["content-length", String(length)] as const] : fields;
  return encodeResponseBlock(status, all);
}

/** Answers that have no body, whatever was asked. */
export const isBodiless = (status: number): boolean => status === 204 || status === 304;

function hasContentLength(fields: readonly Field[]): boolean {
  return fields.some(([name]) => name.length === 14 && name.toLowerCase() === "content-length");
}

/** What all answers of a server end with, and of which a part changes each second. */
export class AnswerTail {
  readonly #altSvc: string | undefined;
  #second = 0;
  #block: Uint8Array = new Uint8Array(0);

  constructor(altSvc: string | undefined) {
    this.#altSvc = altSvc;
  }

  /** Date and Alt-Svc as header block. Hot path. */
  block(): Uint8Array {
    const second = httpDateSecond();
    if (second !== this.#second) {
      this.#second = second;
      const fields: Field[] = [["date", httpDate()]];
      if (this.#altSvc !== undefined) fields.push(["alt-svc", this.#altSvc]);
      this.#block = encodeFieldBlock(fields);
    }
    return this.#block;
  }
}
