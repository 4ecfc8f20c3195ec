import type { Message } from "../envelope/envelope.ts";
import { keyOf } from "./world-model.ts";

interface Frame {
  readonly message: Message;
  readonly attempt?: number;
  readonly cursor?: number;
}

/** A client that remembers what it has read, over all its connections. */
export class WorldClient {
  readonly id: string;
  readonly acknowledges: boolean;
  readonly window: number;
  readonly sent: Message[] = [];
  readonly read: Set<string> = new Set();
  readonly acknowledged: Set<string> = new Set();
  /** Of the last broadcast it has read. */
  cursor: number = 0;
  connection: Connection | undefined;
  readonly wrong: string[] = [];

  constructor(id: string, options: { readonly acknowledges: boolean; readonly window: number }) {
    this.id = id;
    this.acknowledges = options.acknowledges;
    this.window = options.window;
  }

  connect(handle: number): Connection {
    this.connection = new Connection(handle, this);
    return this.connection;
  }

  /** The ids of what it has read in this connection and not acknowledged. */
  unacknowledged(): readonly string[] {
    return this.connection?.unacknowledged.map(({ envelope }) => envelope.id) ?? [];
  }

  /** What it was sent in this connection and has not acknowledged, read or not. */
  keysUnderWay(): readonly string[] {
    const { connection } = this;
    if (connection === undefined) return [];
    const unread = connection.unread.filter(({ cursor }) => cursor === undefined);
    const all = [...connection.unacknowledged, ...unread.map(({ message }) => message)];
    return [...new Set(all.map(keyOf))].filter((key) => !connection.acknowledged.has(key));
  }
}

export class Connection {
  readonly handle: number;
  readonly client: WorldClient;
  unread: Frame[] = [];
  unacknowledged: Message[] = [];
  readonly acknowledged: Set<string> = new Set();
  isSlow: boolean = false;
  isOver: boolean = false;

  constructor(handle: number, client: WorldClient) {
    this.handle = handle;
    this.client = client;
  }

  /** What was not read is lost. */
  end(): void {
    this.isOver = true;
    if (this.client.connection === this) this.client.connection = undefined;
  }

  /** Reads so many, and says what it acknowledges: what a bit is set for. Other acks are lost. */
  read(count: number, bits: number): readonly string[] {
    const { client } = this;
    const acked: string[] = [];
    for (const [place, { message, cursor }] of this.unread.splice(0, count).entries()) {
      const key = keyOf(message);
      client.read.add(key);
      if (cursor !== undefined) {
        if (cursor <= client.cursor) client.wrong.push(`reads the broadcast ${key} out of turn`);
        client.cursor = cursor;
      } else if (client.acknowledges && ((bits >> place) & 1) === 1) {
        acked.push(message.envelope.id);
        client.acknowledged.add(key);
        this.acknowledged.add(key);
        this.unacknowledged = this.unacknowledged.filter((other) => keyOf(other) !== key);
      } else this.unacknowledged.push(message);
    }
    return bits % 2 === 0 ? acked : acked.reverse();
  }
}
