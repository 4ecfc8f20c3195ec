import {
  type Fields,
  idRule,
  isClean,
  isId,
  isText,
  quote,
  textRule,
} from "../envelope/field-rules.ts";
import type { Mistake } from "../envelope/mistake.ts";
import { type DeliveryForm, deliveryForms, tryDeliveryForm } from "./delivery-form.ts";
import { isSecret, secretRule } from "./secret.ts";

/** Who a client is and how it wants to be served, with what it left out. */
export interface RegisterFrame {
  readonly type: "register";
  /** Undefined: it gets a random one. */
  readonly clientId: string | undefined;
  readonly role: string;
  readonly labels: readonly string[];
  readonly tools: readonly unknown[];
  readonly intents: readonly string[];
  readonly maxConcurrentTasks: number;
  readonly authToken: string | undefined;
  /** The client's own secret; true: it wants one to be made. */
  readonly clientToken: string | true | undefined;
  /** Undefined: as the URL says, else "array". */
  readonly delivery: DeliveryForm | undefined;
  readonly receipts: boolean;
  readonly acks: boolean;
  readonly window: number;
  readonly resume: string | undefined;
}

/** In UTF-16 units. What a client says of itself is kept, and told to everybody who asks. */
const MAX_REGISTER_LENGTH = 65_536;
const MAX_WORDS = 100;
const MAX_TASKS = 1_000_000;
const MAX_WINDOW = 1000;
const WINDOW = 100;
const MAX_CURSOR_LENGTH = 200;

/** `length`: of the frame's text. */
export function parseRegister(frame: Fields, length: number): RegisterFrame | Mistake {
  const wrong = findMistake(frame, length);
  if (wrong !== undefined) return { code: "bad_register", message: wrong };
  const given = frame as { readonly [Name in keyof RegisterFrame]?: RegisterFrame[Name] | null };
  return {
    type: "register",
    clientId: given.clientId || undefined,
    role: given.role || "agent",
    labels: given.labels ?? [],
    tools: given.tools ?? [],
    intents: given.intents ?? [],
    maxConcurrentTasks: given.maxConcurrentTasks ?? 1,
    authToken: given.authToken ?? undefined,
    clientToken: given.clientToken ?? undefined,
    delivery: given.delivery ?? undefined,
    receipts: given.receipts ?? false,
    acks: given.acks ?? false,
    window: given.window ?? WINDOW,
    resume: given.resume ?? undefined,
  };
}

function findMistake(frame: Fields, length: number): string | undefined {
  if (length > MAX_REGISTER_LENGTH) {
    const rule = `it has at most ${MAX_REGISTER_LENGTH}`;
    return `A register frame cannot have ${length} characters: ${rule}`;
  }
  for (const [name, rule] of rules) {
    const value = frame[name] ?? undefined;
    if (value === undefined || rule.allows(value)) continue;
    // Tokens are not for the logs in which an error ends.
    const what = name.endsWith("Token") ? "what it is" : quote(value);
    return `A client's ${name} cannot be ${what}: it is ${rule.says}`;
  }
  return undefined;
}

interface Rule {
  readonly allows: (value: unknown) => boolean;
  readonly says: string;
}

const words: Rule = {
  allows: (value) => Array.isArray(value) && value.length <= MAX_WORDS && value.every(isText),
  says: `an array of at most ${MAX_WORDS} texts of ${textRule}`,
};

const yesOrNo: Rule = { allows: (value) => typeof value === "boolean", says: "true or false" };

const rules: readonly (readonly [keyof RegisterFrame, Rule])[] = [
  ["clientId", { allows: (value) => value === "" || isId(value), says: idRule }],
  ["role", { allows: (value) => value === "" || isText(value), says: textRule }],
  ["labels", words],
  ["tools", { allows: Array.isArray, says: "an array" }],
  ["intents", words],
  ["maxConcurrentTasks", wholeNumber(MAX_TASKS)],
  ["authToken", { allows: isSecret, says: `a text of ${secretRule}` }],
  ["clientToken", { allows: isClientToken, says: "a text of 16 to 200 characters, or true" }],
  ["delivery", { allows: isDeliveryForm, says: deliveryForms.map(quote).join(", ") }],
  ["receipts", yesOrNo],
  ["acks", yesOrNo],
  ["window", wholeNumber(MAX_WINDOW)],
  ["resume", { allows: isCursor, says: "a cursor that the bridge has given" }],
];

function wholeNumber(max: number): Rule {
  return {
    allows: (value) =>
      Number.isInteger(value) && (value as number) >= 1 && (value as number) <= max,
    says: `a whole number from 1 to ${max}`,
  };
}

function isClientToken(value: unknown): boolean {
  return value === true || (typeof value === "string" && value.length >= 16 && value.length <= 200);
}

function isDeliveryForm(value: unknown): boolean {
  return typeof value === "string" && tryDeliveryForm(value) !== undefined;
}

function isCursor(value: unknown): boolean {
  return typeof value === "string" && isClean(value, MAX_CURSOR_LENGTH);
}
