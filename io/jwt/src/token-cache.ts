import type { JwtKey } from "./jwt-key.ts";
import type { JwtClaims } from "./jwt-result.ts";

/** A token whose signature, issuer and audience were right, and the key that said so. */
export interface VerifiedToken {
  readonly claims: JwtClaims;
  readonly key: JwtKey;
}

/**
 * The tokens verified last; the oldest leaves when it is full. Whether one has expired or its key
 * is gone is to be asked at each use.
 */
export class TokenCache {
  readonly #maxTokens: number;
  readonly #tokens: Map<string, VerifiedToken> = new Map();

  constructor(maxTokens: number) {
    this.#maxTokens = maxTokens;
  }

  get size(): number {
    return this.#tokens.size;
  }

  get(token: string): VerifiedToken | undefined {
    return this.#tokens.get(token);
  }

  delete(token: string): void {
    this.#tokens.delete(token);
  }

  /** Many requests will share the claims, so none may change them. */
  add(token: string, verified: VerifiedToken): void {
    if (this.#tokens.size >= this.#maxTokens) {
      for (const oldest of this.#tokens.keys()) {
        this.#tokens.delete(oldest);
        break;
      }
    }
    freeze(verified.claims);
    this.#tokens.set(token, verified);
  }
}

/** It came from JSON, so it is a tree. */
function freeze(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  Object.freeze(value);
  for (const part of Object.values(value)) freeze(part);
}
