import type { Receipt } from "../broker/broker.ts";
import type { Message } from "../envelope/envelope.ts";
import type { DeadLetter } from "../keeper/keeper.ts";
import type { WorldClient } from "./world-client.ts";

/** What is known of a message that was sent. */
interface Sent {
  readonly message: Message;
  readonly place: number;
  /** Sent again, or before a crash: it may come, and be told of, more often. */
  isUncertain: boolean;
  readonly told: string[];
  readonly deliveries: number[];
}

/** A message is told from others by who sent it and its id. */
export function keyOf({ envelope }: Message): string {
  return `${envelope.from}/${envelope.id}`;
}

/** What a bridge must do, the slow and plain way; it keeps a list of what was wrong. */
export class WorldModel {
  readonly wrong: string[] = [];
  readonly #sent = new Map<string, Sent>();
  /** By sender and recipient: the place of the latest first delivery. */
  readonly #latest = new Map<string, number>();

  onSend(message: Message, { isAgain }: { readonly isAgain: boolean }): void {
    const known = this.#sent.get(keyOf(message));
    if (known !== undefined) known.isUncertain ||= isAgain;
    else {
      const place = this.#sent.size;
      const sent = { message, place, isUncertain: false, told: [], deliveries: [] };
      this.#sent.set(keyOf(message), sent);
    }
  }

  onDelivery(clientId: string, message: Message, attempt: number): void {
    const sent = this.#sent.get(keyOf(message));
    this.mustNot(`gets what nobody sent: ${keyOf(message)}`, sent === undefined);
    if (sent === undefined) return;
    this.mustNot("gets another's message", message.envelope.to !== clientId);
    const isFirst = sent.deliveries.length === 0;
    this.mustNot("is told it is new again", attempt === 1 && !isFirst && !sent.isUncertain);
    sent.deliveries.push(attempt);
    if (!isFirst || sent.isUncertain) return;
    const pair = `${message.envelope.from} to ${clientId}`;
    const latest = this.#latest.get(pair) ?? -1;
    this.mustNot(`gets ${keyOf(message)} out of order`, sent.place < latest);
    this.#latest.set(pair, sent.place);
  }

  onReceipt(client: WorldClient, { id, status, duplicate }: Receipt): void {
    const sent = this.#sent.get(`${client.id}/${id}`);
    this.mustNot("is told of what it did not send", sent === undefined);
    if (sent === undefined || duplicate === true) return;
    const before = sent.told.join();
    sent.told.push(status);
    const may = status === "queued" ? before === "" : before === "" || before === "queued";
    this.mustNot(`is told ${sent.told} of ${id}`, !may && !sent.isUncertain);
  }

  onCrash(): void {
    for (const sent of this.#sent.values()) sent.isUncertain = true;
  }

  /** When everybody has read everything. */
  checkEnd(clients: readonly WorldClient[], deadLetters: readonly DeadLetter[]): void {
    const dead = new Set(deadLetters.map(({ message }) => keyOf(message)));
    for (const { wrong } of clients) this.wrong.push(...wrong);
    for (const [key, { message, told, deliveries }] of this.#sent) {
      const { from, to } = message.envelope;
      const isAccepted = told.includes("queued") || told.includes("delivered");
      if (!isAccepted) continue;
      for (const client of clients) {
        if (client.id === from && to === null) continue;
        if (to !== null && to !== client.id) continue;
        const isThere = client.acknowledges || to === null;
        const has = isThere ? client.read.has(key) : deliveries.length > 0;
        this.mustNot(`never gets ${key}, told ${told}`, !has && !dead.has(key));
        const isEarly = told.includes("delivered") && client.acknowledges && to !== null;
        this.mustNot(`is told ${key} is delivered`, isEarly && !client.acknowledged.has(key));
      }
      const isLost = dead.has(key) && told.includes("dropped");
      this.mustNot(
        `is buried and delivered: ${key}`,
        isLost && told.at(-1) === "delivered" && told.length < 3,
      );
    }
  }

  mustNot(what: string, isSo: boolean): void {
    if (isSo) this.wrong.push(what);
  }
}
