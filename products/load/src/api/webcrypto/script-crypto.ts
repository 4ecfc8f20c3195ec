import type { VuContext } from "../../vu/vu-context.ts";

type Subtle = Readonly<Record<string, (...args: unknown[]) => Promise<unknown>>>;

/** The global `crypto` of scripts: the runtime's, but for what k6's scripts rely on. */
export interface ScriptCrypto {
  readonly subtle: Subtle;
  readonly getRandomValues: <T extends ArrayBufferView>(array: T) => T;
  readonly randomUUID: () => string;
}

const known = new WeakMap<VuContext, ScriptCrypto>();

/**
 * A VU's own, made when it is first asked for: an iteration is not over before the operations that
 * it started are, awaited or not. Functions can be taken out of their objects, as in k6.
 */
export function scriptCrypto(vu: VuContext): ScriptCrypto {
  let own = known.get(vu);
  if (own === undefined) {
    own = { getRandomValues, randomUUID, subtle: subtleOf(vu) };
    known.set(vu, own);
  }
  return own;
}

const runtime = crypto;

/** Of the Web Cryptography API; the runtime has none. */
const MAX_RANDOM_BYTES = 65_536;

const getRandomValues: ScriptCrypto["getRandomValues"] = (array) => {
  if (array.byteLength > MAX_RANDOM_BYTES) {
    const message = `Cannot fill ${array.byteLength} bytes at random: give ${MAX_RANDOM_BYTES} at most`;
    throw new DOMException(message, "QuotaExceededError");
  }
  return runtime.getRandomValues(array as unknown as Uint8Array) as unknown as typeof array;
};
const randomUUID = (): string => runtime.randomUUID();

const subtleNames = [
  "encrypt",
  "decrypt",
  "sign",
  "verify",
  "digest",
  "generateKey",
  "deriveKey",
  "deriveBits",
  "importKey",
  "exportKey",
  "wrapKey",
  "unwrapKey",
] as const;

const runtimeSubtle = runtime.subtle as unknown as Subtle;

function subtleOf(vu: VuContext): Subtle {
  return Object.fromEntries(
    subtleNames.map((name) => [
      name,
      (...args: unknown[]) => {
        const fitting = name === "importKey" ? withCurveOfKey(args) : args;
        return whileOpen(vu, () => runtimeSubtle[name]!(...fitting));
      },
    ]),
  );
}

async function whileOpen<T>({ activity }: VuContext, run: () => Promise<T>): Promise<T> {
  activity.beginCall();
  try {
    return await run();
  } finally {
    activity.noteWait();
    activity.endCall();
  }
}

/** k6 takes a JWK's curve, whatever the algorithm's parameters say. */
function withCurveOfKey(args: readonly unknown[]): readonly unknown[] {
  const [format, key, algorithm, ...others] = args;
  if (format !== "jwk" || !isObject(key) || !isObject(algorithm)) return args;
  if (typeof key.crv !== "string" || algorithm.namedCurve === undefined) return args;
  return [format, key, { ...algorithm, namedCurve: key.crv }, ...others];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
