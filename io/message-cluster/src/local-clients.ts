import type { Claim, ClaimOutcome } from "@breakwater/message";
import { Follower } from "./follower.ts";
import { type OpPipe, unavailable } from "./op-pipe.ts";
import type { KeptMessage } from "./stream-entries.ts";
import type { Views } from "./views.ts";

export interface LocalClientsOptions {
  readonly pipe: OpPipe;
  readonly views: Views;
  readonly epochMs: () => number;
  readonly onArrival: (clientId: string, message: KeptMessage, again: boolean) => void;
  readonly onReplaced: (clientId: string) => void;
  /** A mailbox could not be read: catchUp() is to be called when Redis is back. */
  readonly onFailed: (error: Error) => void;
}

interface LocalClient {
  readonly claim: Claim;
  /** Its place in the order of all claims. */
  readonly claimedAt: number;
  /** Up to here an earlier opening may have been told. */
  readonly toldBefore: number;
  mailbox?: Follower<KeptMessage>;
}

/** How many clients say in one go that they are here. */
const RECLAIMED_AT_ONCE = 200;

/** Who is connected to this instance, and their mailboxes. */
export class LocalClients {
  readonly #options: LocalClientsOptions;
  readonly #clients = new Map<string, LocalClient>();
  /** Ids with claims on their way: what is released meanwhile is whoever was here before. */
  readonly #claiming = new Map<string, { count: number; isReleased: boolean }>();

  constructor(options: LocalClientsOptions) {
    this.#options = options;
  }

  has(clientId: string): boolean {
    return this.#clients.has(clientId);
  }

  claim(claim: Claim, done: (outcome: ClaimOutcome) => void): void {
    const { pipe, onReplaced } = this.#options;
    const { id } = claim.meta;
    if (pipe.isPaused) {
      done({ kind: "unavailable" });
      return;
    }
    const claiming = this.#claiming.get(id) ?? { count: 0, isReleased: false };
    this.#claiming.set(id, claiming);
    claiming.count += 1;
    const ended = (isClaimed: boolean): void => {
      claiming.count -= 1;
      if (isClaimed) claiming.isReleased = false;
      if (claiming.count > 0) return;
      this.#claiming.delete(id);
      if (claiming.isReleased) this.#sayReleased(id, 0);
    };
    pipe.push({
      name: "claim",
      args: [id, claim.tokenHash ?? "", JSON.stringify(claim.meta)],
      done: (answer) => {
        const [code, claimedAt = 0, toldBefore = 0] = answer as readonly number[];
        const outcome = toOutcome(code!);
        ended(outcome.kind === "claimed");
        if (outcome.kind === "claimed") {
          if (this.#drop(id)) onReplaced(id);
          this.#clients.set(id, { claim, claimedAt, toldBefore });
        }
        done(outcome);
      },
      failed: () => {
        // It may have been done all the same.
        if (!this.#clients.has(id)) claiming.isReleased = true;
        ended(false);
        done({ kind: "unavailable" });
      },
    });
  }

  open(clientId: string): void {
    const client = this.#clients.get(clientId);
    if (client === undefined || client.mailbox !== undefined) return;
    const { views, onArrival, onFailed } = this.#options;
    client.mailbox = new Follower<KeptMessage>({
      after: 0,
      read: (after) => views.mailbox(clientId, after),
      tell: (message) => onArrival(clientId, message, message.seq <= client.toldBefore),
    });
    client.mailbox.catchUp().catch(onFailed);
  }

  release(clientId: string): void {
    const told = this.#clients.get(clientId)?.mailbox?.told ?? 0;
    this.#drop(clientId);
    const claiming = this.#claiming.get(clientId);
    if (claiming === undefined) {
      this.#sayReleased(clientId, told);
    } else claiming.isReleased = true;
  }

  releaseAll(): void {
    for (const id of [...this.#clients.keys()]) this.release(id);
  }

  hear(message: KeptMessage): void {
    const { to } = message.envelope;
    if (to !== null) this.#clients.get(to)?.mailbox?.hear(message);
  }

  /** It has connected to another instance; unless it has come back here since. */
  replaced({ clientId, seq }: { readonly clientId: string; readonly seq: number }): void {
    const client = this.#clients.get(clientId);
    if (client === undefined || client.claimedAt >= seq) return;
    this.#drop(clientId);
    this.#options.onReplaced(clientId);
  }

  hold(): void {
    for (const { mailbox } of this.#clients.values()) mailbox?.hold();
  }

  /** Says of all that they are here: Redis may have forgotten. Rejects if it cannot be said. */
  async reclaim(): Promise<void> {
    const all = [...this.#clients];
    for (let at = 0; at < all.length; at += RECLAIMED_AT_ONCE) {
      const some = all.slice(at, at + RECLAIMED_AT_ONCE);
      await Promise.all(some.map(([id, client]) => this.#reclaim(id, client)));
    }
  }

  async catchUp(): Promise<void> {
    await Promise.all([...this.#clients.values()].map(({ mailbox }) => mailbox?.catchUp()));
  }

  #sayReleased(id: string, told: number): void {
    const { pipe, epochMs } = this.#options;
    pipe.push({ name: "release", args: [id, String(told), String(Math.floor(epochMs()))] });
  }

  #reclaim(id: string, client: LocalClient): Promise<void> {
    // Released meanwhile, or claimed anew.
    if (this.#clients.get(id) !== client) return Promise.resolve();
    const { claim } = client;
    return new Promise((resolve, reject) => {
      this.#options.pipe.push({
        name: "reclaim",
        args: [id, claim.tokenHash ?? "", JSON.stringify(claim.meta)],
        done: (isHere) => {
          if (isHere !== 1 && this.#clients.get(id) === client) {
            this.#drop(id);
            this.#options.onReplaced(id);
          }
          resolve();
        },
        failed: () => reject(unavailable()),
      });
    });
  }

  #drop(clientId: string): boolean {
    this.#clients.get(clientId)?.mailbox?.close();
    return this.#clients.delete(clientId);
  }
}

/** Of the numbers that the script says. */
function toOutcome(code: number): ClaimOutcome {
  switch (code) {
    case -1:
      return { kind: "bad_token" };
    case -2:
      return { kind: "taken" };
    case -3:
      return { kind: "full" };
    default:
      return { kind: "claimed", replaces: code > 1 };
  }
}
