/** What a stand-in for a receiver was sent. */
export interface Received {
  readonly path: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** How it answers: a status, or nothing at all for as long as it is up. */
export type Answer = number | "never";

export interface Receiver extends Disposable {
  readonly url: string;
  readonly received: readonly Received[];
  /** The first answers, in order; those after are `usual`. */
  readonly answers: Answer[];
  usual: Answer;
  /** Resolves when so many requests have come in all. */
  has(count: number): Promise<readonly Received[]>;
}

/** An HTTP server that keeps what it is sent. */
export function receiver(
  options: { readonly tls?: { readonly cert: string; readonly key: string } } = {},
): Receiver {
  const received: Received[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const answers: Answer[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    ...(options.tls !== undefined && { tls: options.tls }),
    fetch: async (request) => {
      const { pathname, search } = new URL(request.url);
      const body = new Uint8Array(await request.arrayBuffer());
      received.push({ path: pathname + search, headers: request.headers, body });
      for (const { count, resolve } of waiting) if (received.length >= count) resolve();
      const answer = answers.shift() ?? self.usual;
      if (answer === "never") return new Promise<Response>(() => {});
      return new Response(answer === 204 ? null : `says ${answer}\nat length`, { status: answer });
    },
  });
  const self: Receiver = {
    url: `${options.tls === undefined ? "http" : "https"}://127.0.0.1:${server.port}`,
    received,
    answers,
    usual: 204,
    has: async (count) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push({ count, resolve });
      if (received.length >= count) resolve();
      await promise;
      return received;
    },
    [Symbol.dispose]: () => void server.stop(true),
  };
  return self;
}
