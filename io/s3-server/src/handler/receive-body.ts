import type { BodyReader } from "@breakwater/http-server";
import {
  AwsChunkedDecoder,
  type Checksum,
  type ChecksumAlgorithm,
  checksumHeader,
  type DeclaredBody,
  objectEtag,
  type RunningHash,
  S3Error,
  toBase64,
} from "@breakwater/s3";
import { platformHashes, startChecksum, startMd5 } from "@breakwater/s3-platform";
import { answerError } from "./answer.ts";
import type { Call } from "./call.ts";

export interface BodyWanted {
  readonly body: DeclaredBody;
  /** Computed whether or not the client says what it should be. */
  readonly algorithm: ChecksumAlgorithm | undefined;
  /** Copies the bytes, which are the connection's. False: slow down until it has drained. */
  readonly sink: Sink;
}

export interface Sink {
  write(bytes: Uint8Array): boolean;
  onDrain(drained: () => void): void;
}

export interface BodyReceived {
  /** The MD5 in hexadecimal. */
  readonly etag: string;
  readonly checksum: Checksum | undefined;
}

/**
 * Reads a request's body through to the sink, and resolves when all of it has come and is what the
 * client said and signed. Rejects with S3Error; what the sink got is then worth nothing.
 *
 * Hot path: every uploaded byte is hashed here, by MD5 at the least, which takes most of the time.
 */
export function receiveBody(call: Call, wanted: BodyWanted): Promise<BodyReceived> {
  const { payload } = call.verified;
  const hasTrailers = payload.kind === "chunked" && payload.hasTrailers;
  if (wanted.body.trailers.length > 0 && !hasTrailers) {
    throw new S3Error(
      "MalformedTrailerError",
      "x-amz-trailer is there, but x-amz-content-sha256 says that there are no trailers",
    );
  }
  const { promise, resolve, reject } = Promise.withResolvers<BodyReceived>();
  letGoOn(call);
  call.exchange.readBody(new BodyReceiver(call, wanted, { resolve, reject }));
  return promise;
}

/**
 * botocore (AWS's command line) waits for 100 Continue also with an empty body, where none is due.
 * Given its answer at once, it misreads that to its next request on the connection, and hangs.
 */
function letGoOn({ exchange, request }: Call): void {
  if (exchange.request.hasBody) return;
  if (request.headers.get("expect")?.toLowerCase() === "100-continue") exchange.interim(100);
}

const MAX_CHUNK_LINE_BYTES = 512;
const MAX_TRAILER_BYTES = 4096;

interface Outcome {
  resolve(received: BodyReceived): void;
  reject(error: unknown): void;
}

class BodyReceiver implements BodyReader {
  readonly #call: Call;
  readonly #wanted: BodyWanted;
  readonly #outcome: Outcome;
  readonly #decoder: AwsChunkedDecoder | undefined;
  readonly #md5: RunningHash = startMd5();
  readonly #sha256: RunningHash | undefined;
  readonly #checksum: RunningHash | undefined;
  #leftBytes: number;
  #isPaused: boolean = false;
  #isOver: boolean = false;

  constructor(call: Call, wanted: BodyWanted, outcome: Outcome) {
    const { payload, chunks } = call.verified;
    const { body, algorithm } = wanted;
    this.#call = call;
    this.#wanted = wanted;
    this.#outcome = outcome;
    this.#leftBytes = body.bytes;
    if (payload.kind === "hashed") this.#sha256 = platformHashes.startSha256();
    if (algorithm !== undefined) this.#checksum = startChecksum(algorithm);
    if (payload.kind !== "chunked") return;
    const { startSha256: startHash } = platformHashes;
    const { bytes: decodedBytes, trailers } = body;
    const limits = { maxLineBytes: MAX_CHUNK_LINE_BYTES, maxTrailerBytes: MAX_TRAILER_BYTES };
    this.#decoder = new AwsChunkedDecoder(
      { decodedBytes, trailers, chunks, startHash, ...limits },
      (bytes) => this.#take(bytes),
    );
  }

  onData(bytes: Uint8Array): void {
    if (this.#isOver) return;
    try {
      if (this.#decoder === undefined) this.#take(bytes);
      else this.#decoder.push(bytes);
    } catch (error) {
      this.#fail(error);
    }
  }

  onEnd(): void {
    if (this.#isOver) return;
    try {
      const trailers = this.#decoder?.end();
      if (this.#leftBytes > 0) throw new S3Error("IncompleteBody");
      const received = this.#verify(trailers);
      this.#isOver = true;
      this.#outcome.resolve(received);
    } catch (error) {
      this.#fail(error);
    }
  }

  onAbort(): void {
    if (this.#isOver) return;
    const error = new S3Error("IncompleteBody");
    // At once: the server has an answer of its own for such a body, which no S3 client reads.
    answerError(this.#call, error);
    this.#fail(error);
  }

  #take(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#leftBytes -= bytes.length;
    if (this.#leftBytes < 0) throw new S3Error("IncompleteBody");
    this.#md5.update(bytes);
    this.#sha256?.update(bytes);
    this.#checksum?.update(bytes);
    const { sink } = this.#wanted;
    if (sink.write(bytes) || this.#isPaused) return;
    this.#isPaused = true;
    this.#call.exchange.pauseBody();
    sink.onDrain(() => this.#resume());
  }

  /** Throws S3Error unless the bytes are those that the client meant. */
  #verify(trailers: ReadonlyMap<string, string> | undefined): BodyReceived {
    const { payload } = this.#call.verified;
    const { body, algorithm } = this.#wanted;
    const etag = objectEtag(this.#md5.digest());
    if (payload.kind === "hashed" && payload.sha256 !== toHex(this.#sha256!.digest())) {
      throw new S3Error("XAmzContentSHA256Mismatch");
    }
    if (body.contentMd5 !== undefined && body.contentMd5 !== etag) throw new S3Error("BadDigest");
    if (algorithm === undefined) return { etag, checksum: undefined };
    const value = toBase64(this.#checksum!.digest());
    const header = checksumHeader(algorithm);
    const said = trailers?.get(header) ?? body.checksum?.value;
    if (said === undefined || said === value) return { etag, checksum: { algorithm, value } };
    throw new S3Error(
      "BadDigest",
      `The ${algorithm} you specified did not match the calculated checksum.`,
    );
  }

  /** The rest of the body is received and thrown away. */
  #fail(error: unknown): void {
    this.#isOver = true;
    this.#outcome.reject(error);
    this.#resume();
  }

  #resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#call.exchange.resumeBody();
  }
}

const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
