/** A request as it goes over the wire. */
export interface RawRequest {
  readonly head: Uint8Array;
  readonly body: Uint8Array;
}

export interface HammerOptions {
  readonly url: string;
  /** Asked for in turn, each connection beginning elsewhere. */
  readonly requests: readonly RawRequest[];
  readonly connections: number;
  /** It goes on until every request was made once, even if that takes longer. */
  readonly seconds: number;
}

export interface Hammered {
  readonly operations: number;
  /** Answered with another status than 2xx, or not at all. */
  readonly failures: number;
  readonly firstFailure: string;
  /** Of bodies, up or down. */
  readonly bytes: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of this process: near 1 it was the client that could do no more. */
  readonly cpuShare: number;
}

/** Below that, head and body are written in one go. */
const SMALL_BYTES = 200_000;

/**
 * Asks again as soon as answered, on each connection, and takes the time of every answer.
 *
 * Written for benches of servers on one core: with requests made beforehand and heads read by hand
 * a small one takes 15 µs of the other core, so that it is hardly ever what is measured; `cpuShare`
 * tells when it was.
 */
export async function hammer(options: HammerOptions): Promise<Hammered> {
  const { url, requests, connections, seconds } = options;
  const run: Run = {
    connections,
    wire: requests.map(toPieces),
    bodyBytes: requests.map(({ body }) => body.length),
    latenciesMs: [],
    ...{ operations: 0, failures: 0, firstFailure: "", bytes: 0 },
    endMs: performance.now() + seconds * 1000,
  };
  const cpuBefore = process.cpuUsage();
  const startMs = performance.now();
  await Promise.all(
    Array.from({ length: connections }, (_, index) =>
      ask(new URL(url), run, Math.floor((index * requests.length) / connections)),
    ),
  );
  const tookMs = performance.now() - startMs;
  const { user, system } = process.cpuUsage(cpuBefore);
  const sorted = Float64Array.from(run.latenciesMs).sort();
  return {
    operations: run.operations,
    failures: run.failures,
    firstFailure: run.firstFailure,
    bytes: run.bytes,
    seconds: tookMs / 1000,
    p50Ms: sorted[Math.floor(sorted.length * 0.5)] ?? Number.NaN,
    p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN,
    cpuShare: (user + system) / 1000 / tookMs,
  };
}

interface Run {
  readonly connections: number;
  readonly wire: readonly (readonly Uint8Array[])[];
  readonly bodyBytes: readonly number[];
  readonly latenciesMs: number[];
  operations: number;
  failures: number;
  firstFailure: string;
  bytes: number;
  readonly endMs: number;
}

interface Connection {
  /** Requests that it makes before it may end, so that each was made once. */
  least: number;
  request: number;
  piece: number;
  sentOfPiece: number;
  startedMs: number;
  /** What has come of a head that is not whole yet. */
  head: string;
  status: number;
  /** Of the body, after the head; -1 while the head is still coming. */
  leftBytes: number;
  failureText: string;
}

function toPieces({ head, body }: RawRequest): readonly Uint8Array[] {
  if (body.length === 0) return [head];
  if (body.length > SMALL_BYTES) return [head, body];
  const both = new Uint8Array(head.length + body.length);
  both.set(head);
  both.set(body, head.length);
  return [both];
}

/** One connection, until the time is over and its last answer is there. */
function ask(url: URL, run: Run, firstRequest: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const connection: Connection = {
    least: Math.ceil(run.wire.length / run.connections),
    request: firstRequest,
    ...{ piece: 0, sentOfPiece: 0, startedMs: 0 },
    ...{ head: "", status: 0, leftBytes: -1, failureText: "" },
  };
  const begin = (socket: Bun.Socket): void => {
    connection.piece = 0;
    connection.sentOfPiece = 0;
    connection.head = "";
    connection.leftBytes = -1;
    connection.startedMs = performance.now();
    send(socket, run, connection);
  };
  let isDone = false;
  const end = (why: string): void => {
    if (isDone) return;
    isDone = true;
    resolve();
    if (why === "") return;
    run.failures += 1;
    run.firstFailure ||= why;
  };
  const connecting = Bun.connect({
    hostname: url.hostname,
    port: Number(url.port),
    socket: {
      open: begin,
      drain: (socket) => send(socket, run, connection),
      data(socket, chunk) {
        if (!receive(run, connection, chunk)) return;
        run.latenciesMs.push(performance.now() - connection.startedMs);
        connection.request = (connection.request + 1) % run.wire.length;
        connection.least -= 1;
        if (connection.least > 0 || performance.now() < run.endMs) begin(socket);
        else {
          end("");
          socket.end();
        }
      },
      close: () => end("the connection was closed"),
      error: (_socket, error) => end(error.message),
    },
  });
  connecting.catch((error: Error) => end(error.message));
  return promise;
}

function send(socket: Bun.Socket, run: Run, connection: Connection): void {
  const pieces = run.wire[connection.request]!;
  while (connection.piece < pieces.length) {
    const piece = pieces[connection.piece]!;
    const rest = connection.sentOfPiece === 0 ? piece : piece.subarray(connection.sentOfPiece);
    const written = socket.write(rest);
    if (written < rest.length) {
      connection.sentOfPiece += Math.max(0, written);
      return;
    }
    connection.piece += 1;
    connection.sentOfPiece = 0;
  }
}

/** Whether the answer is whole. */
function receive(run: Run, connection: Connection, chunk: Buffer): boolean {
  let body = chunk;
  if (connection.leftBytes === -1) {
    connection.head += chunk.toString("latin1");
    const end = connection.head.indexOf("\r\n\r\n");
    if (end === -1) return false;
    connection.status = Number(connection.head.slice(9, 12));
    if (connection.status === 100) {
      connection.head = connection.head.slice(end + 4);
      return false;
    }
    const length = /\r\ncontent-length: *(\d+)/i.exec(connection.head)?.[1];
    if (length === undefined && connection.status !== 204) throw new Error(connection.head);
    connection.leftBytes = Number(length ?? 0);
    body = chunk.subarray(chunk.length - (connection.head.length - end - 4));
  }
  connection.leftBytes -= body.length;
  const isOk = connection.status >= 200 && connection.status < 300;
  if (isOk) run.bytes += body.length;
  else connection.failureText += body.toString("latin1");
  if (connection.leftBytes > 0) return false;
  count(run, connection, isOk);
  return true;
}

function count(run: Run, connection: Connection, isOk: boolean): void {
  if (isOk) {
    run.operations += 1;
    run.bytes += run.bodyBytes[connection.request]!;
    return;
  }
  run.failures += 1;
  run.firstFailure ||= `${connection.status} ${connection.failureText.slice(0, 200)}`;
  connection.failureText = "";
}
