import type { Socket } from "node:net";
import { Duplex } from "node:stream";

/** Told of bytes as they go over a connection; of TLS what it carries. */
export type OnBytes = (sent: number, received: number) => void;

/**
 * A socket that tells of its bytes. Bun's HTTP/2 takes a real socket over, so that neither the
 * socket nor the session counts any (1.4.5: bytesRead and bytesWritten stay 0).
 */
export class CountedSocket extends Duplex {
  readonly #socket: Socket;
  readonly #onBytes: OnBytes;

  constructor(socket: Socket, onBytes: OnBytes) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    this.#onBytes = onBytes;
    socket.on("data", (bytes: Buffer) => {
      onBytes(0, bytes.length);
      if (!this.push(bytes)) socket.pause();
    });
    socket.on("end", () => this.push(null));
    socket.on("error", (error) => this.destroy(error));
    socket.on("close", () => this.destroy());
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }
  get remotePort(): number | undefined {
    return this.#socket.remotePort;
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(bytes: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#onBytes(bytes.length, 0);
    this.#socket.write(bytes, done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
