import { type Field, type ResponseHead, reasonOf } from "@breakwater/wire";
import {
  connectionOptions,
  haveNames,
  isFieldText,
  isHopField,
  plainName,
  tokensOf,
} from "./hop-fields.ts";

/**
 * Upstreams' heads as clients are given them. Hot path: the decoder gives equal heads as one
 * object, whose fields are looked through once.
 */
export class AnswerHeads {
  readonly #known = new WeakMap<ResponseHead, AnswerHead | "bad">();

  /** "bad": it cannot be passed on as it is (RFC 9112 6.3, 11.1). */
  of(head: ResponseHead, via: string | undefined): AnswerHead | "bad" {
    const known = this.#known.get(head);
    if (known === "bad" || (known !== undefined && known.via === via)) return known;
    const read = isSound(head) ? new AnswerHead(head, via) : "bad";
    this.#known.set(head, read);
    return read;
  }
}

/** What a client is given of an upstream's head. */
export class AnswerHead {
  readonly status: number;
  /** The reason, if it is not the registered one. */
  readonly reason: string | undefined;
  readonly contentLength: number | undefined;
  /** Another answer can follow on the connection. */
  readonly keepAlive: boolean;
  readonly isWebSocket: boolean;
  readonly via: string | undefined;
  /** Without those of its hop, its length and its date: the server adds its own. */
  readonly #fields: readonly Field[];
  /** The same without those of certain names. */
  #rest: readonly Field[];
  #names: readonly string[] = [];

  constructor(head: ResponseHead, via: string | undefined) {
    this.status = head.status;
    this.reason = head.reason === reasonOf(head.status) ? undefined : head.reason;
    this.contentLength = head.contentLength;
    this.keepAlive = head.keepAlive;
    this.isWebSocket = tokensOf(head.header("upgrade")).includes("websocket");
    this.via = via;
    const fields = passableFields(head.headers());
    if (via !== undefined) fields.push(["Via", `1.${head.minorVersion} ${via}`]);
    this.#fields = fields;
    this.#rest = fields;
  }

  /** With those of ours, each in place of the upstream's. */
  fieldsWith(more: readonly Field[]): readonly Field[] {
    if (more.length === 0) return this.#fields;
    if (!haveNames(more, this.#names)) {
      this.#names = more.map(([name]) => name);
      const ours = new Set(this.#names.map(plainName));
      this.#rest = this.#fields.filter(([name]) => !ours.has(plainName(name)));
    }
    return [...this.#rest, ...more];
  }
}

/** Final, without text that could end its line, and with one meaning of where its body ends. */
function isSound(head: ResponseHead): boolean {
  const isKnownStatus = head.status >= 200 ? head.status <= 599 : head.status === 101;
  const isAmbiguous =
    head.header("transfer-encoding") !== undefined && head.header("content-length") !== undefined;
  return isKnownStatus && !isAmbiguous && isFieldText(head.reason) && hasSoundFields(head);
}

/** Folded values are joined by the decoder, but it lets control characters through. */
export function hasSoundFields(head: ResponseHead): boolean {
  return head.headers().every(([, value]) => isFieldText(value));
}

/** Without those of one hop. */
export function passableFields(fields: readonly Field[]): Field[] {
  const named = connectionOptions(fields);
  return fields.filter(([name]) => {
    const plain = plainName(name);
    return plain !== "date" && !isHopField(plain) && !named.has(plain);
  });
}
