import { checkCount, JwtError } from "./jwt-error.ts";
import type { JwtKey, PublicJwk } from "./jwt-key.ts";
import type { KeySource } from "./key-source.ts";

/** A JWK set (RFC 7517, 5), to be answered at `/.well-known/jwks.json`. */
export interface JwkSet {
  readonly keys: readonly PublicJwk[];
}

/** A service's own keys. The newest that can signs; older ones verify until they are removed. */
export interface KeyRing extends KeySource {
  readonly keys: readonly JwtKey[];
  /** The newest key that can sign. */
  readonly signer: JwtKey | undefined;
  /** Adds a key, newest of all. Its name must be new: a token tells by it which key it is for. */
  rotate(newKey: JwtKey): void;
  /** From now on what it signed is refused, cached or not. Says whether there was one. */
  remove(kid: string): boolean;
  /** Public keys only, newest first: secrets are never among them. */
  jwks(): JwkSet;
}

export interface KeyRingOptions {
  /** Oldest first. */
  readonly keys: readonly JwtKey[];
  readonly maxKeys: number;
}

export function keyRing({ keys, maxKeys }: KeyRingOptions): KeyRing {
  checkCount("maxKeys", maxKeys);
  const ring = new Ring(maxKeys);
  for (const key of keys) ring.rotate(key);
  return ring;
}

class Ring implements KeyRing {
  readonly #maxKeys: number;
  /** Newest first. */
  #keys: readonly JwtKey[] = [];

  constructor(maxKeys: number) {
    this.#maxKeys = maxKeys;
  }

  get keys(): readonly JwtKey[] {
    return this.#keys;
  }

  get signer(): JwtKey | undefined {
    return this.#keys.find(({ sign }) => sign !== undefined);
  }

  rotate(newKey: JwtKey): void {
    const name = JSON.stringify(newKey.kid);
    if (this.#keys.some(({ kid }) => kid === newKey.kid)) {
      throw new JwtError("bad_key", `Cannot add key ${name}: there is one of that kid`);
    }
    if (this.#keys.length >= this.#maxKeys) {
      const held = `${this.#maxKeys} are held already`;
      throw new JwtError("bad_key", `Cannot add key ${name}: ${held}, so remove an old one first`);
    }
    this.#keys = [newKey, ...this.#keys];
  }

  remove(kid: string): boolean {
    if (this.signer?.kid === kid) {
      const advice = "it signs new tokens, so rotate to another first";
      throw new JwtError("bad_key", `Cannot remove key ${JSON.stringify(kid)}: ${advice}`);
    }
    const before = this.#keys.length;
    this.#keys = this.#keys.filter((key) => key.kid !== kid);
    return this.#keys.length < before;
  }

  jwks(): JwkSet {
    return { keys: this.#keys.flatMap(({ jwk }) => (jwk === undefined ? [] : [jwk])) };
  }

  freshen(): undefined {}

  refetch(): undefined {}
}
