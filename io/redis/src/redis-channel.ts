import type { CancelTimer, Clock } from "@breakwater/clock";
import { RedisClient } from "bun";

export interface RedisChannelOptions {
  /** As of redisConnection(); a subscription has a connection of its own. */
  readonly url: string;
  readonly clock: Clock;
  /** Of connecting, and of each sign of life, which is asked for as often. */
  readonly timeoutMs: number;
  readonly channel: string;
  readonly onMessage: (message: string) => void;
  /**
   * What was published before, or since the connection was lost, has not been heard. Told when the
   * channel is heard from then on.
   */
  readonly onGap: () => void;
}

export interface RedisChannel extends Disposable {
  /** Whether the channel is heard now. */
  readonly isUp: boolean;
}

/** Hears what is published in a channel; when the connection is lost, it is made anew. */
export function redisChannel(options: RedisChannelOptions): RedisChannel {
  return new Channel(options);
}

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 2000;

class Channel implements RedisChannel {
  readonly #options: RedisChannelOptions;
  #client: RedisClient | undefined;
  #isUp: boolean = false;
  #isClosed: boolean = false;
  #retryMs: number = FIRST_RETRY_MS;
  #cancel: CancelTimer = () => {};

  constructor(options: RedisChannelOptions) {
    this.#options = options;
    void this.#connect();
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#lose(this.#client);
  }

  async #connect(): Promise<void> {
    const { url, timeoutMs, channel, onMessage, onGap } = this.#options;
    const client = new RedisClient(url, {
      autoReconnect: false,
      enableOfflineQueue: false,
      connectionTimeout: Math.ceil(timeoutMs),
    });
    this.#client = client;
    client.onclose = () => this.#lose(client);
    try {
      await client.connect();
      await client.subscribe(channel, (message) => onMessage(message));
    } catch {
      this.#lose(client);
      return;
    }
    if (this.#client !== client) return;
    this.#isUp = true;
    this.#retryMs = FIRST_RETRY_MS;
    onGap();
    this.#askLater(client);
  }

  /** A connection whose other end is gone without a word says nothing, as a quiet channel does. */
  #askLater(client: RedisClient): void {
    const { timeoutMs } = this.#options;
    this.#after(timeoutMs, () => {
      let isAnswered: boolean = false;
      client.ping().then(
        () => {
          isAnswered = true;
        },
        () => this.#lose(client),
      );
      this.#after(timeoutMs, () => {
        if (isAnswered) this.#askLater(client);
        else this.#lose(client);
      });
    });
  }

  #lose(client: RedisClient | undefined): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    this.#isUp = false;
    this.#cancel();
    client?.close();
    if (this.#isClosed) return;
    this.#after(this.#retryMs, () => void this.#connect());
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
  }

  #after(ms: number, then: () => void): void {
    const { clock } = this.#options;
    this.#cancel = clock.at(clock.nowMs() + ms, then);
  }
}
