import type { GrpcConnection } from "./connection.ts";
import { GrpcClientError } from "./error.ts";
import { decodeMessage } from "./json/decode-message.ts";
import { encodeMessage } from "./json/encode-message.ts";
import type { MetadataValues } from "./metadata.ts";
import { importsOf, schemaFromFileDescriptors } from "./schema/from-descriptors.ts";
import { ownMessage } from "./schema/own-messages.ts";
import type { Schema } from "./schema/schema.ts";
import type { GrpcStream, GrpcStreamEnd } from "./stream.ts";

export interface ReflectOptions {
  readonly metadata: MetadataValues;
  readonly timeoutMs: number;
  readonly address: string;
}

/** A server that names ever new files must not fill the memory. */
const MAX_FILES = 10_000;

const UNIMPLEMENTED = 12;

/** The newer name first, then the one that it had before. */
const paths = [
  "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
  "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
] as const;

/**
 * What the server says of its own services (grpc/reflection/v1/reflection.proto).
 *
 * @throws GrpcClientError `call_failed` when it does not, `bad_schema` when that cannot be read
 */
export async function reflect(
  connection: GrpcConnection,
  options: ReflectOptions,
): Promise<Schema> {
  for (const path of paths) {
    const inquiry = new Inquiry(connection, path, options);
    try {
      return schemaFromFileDescriptors(await inquiry.files(), `what ${options.address} describes`);
    } catch (error) {
      const isLast = path === paths.at(-1);
      if (isLast || inquiry.statusCode !== UNIMPLEMENTED) throw error;
    } finally {
      inquiry.end();
    }
  }
  throw new Error("There is always a last path");
}

interface Answer {
  readonly fileDescriptorResponse: { readonly fileDescriptorProto: readonly string[] } | null;
  readonly listServicesResponse: { readonly service: readonly { name: string | null }[] } | null;
  readonly errorResponse: { readonly errorMessage: string | null } | null;
}

/** One stream of questions, each asked when the one before is answered. */
class Inquiry {
  readonly #options: ReflectOptions;
  readonly #stream: GrpcStream;
  readonly #files = new Map<string, Uint8Array>();
  #waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;
  #end: GrpcStreamEnd | undefined;

  constructor(connection: GrpcConnection, path: string, options: ReflectOptions) {
    this.#options = options;
    this.#stream = connection.stream(
      { path, metadata: options.metadata, timeoutMs: options.timeoutMs },
      {
        onMessage: (bytes) => this.#take(bytes),
        onEnd: (end) => {
          this.#end = end;
          this.#waiting?.reject(this.#failure(end.details));
        },
      },
    );
  }

  get statusCode(): number | undefined {
    return this.#end?.code;
  }

  end(): void {
    this.#stream.end();
  }

  /** Of all services, and what those files import. */
  async files(): Promise<readonly Uint8Array[]> {
    const { listServicesResponse } = await this.#ask({ listServices: "*" });
    for (const { name } of listServicesResponse?.service ?? []) {
      if (name === null) continue;
      this.#keep(await this.#ask({ fileContainingSymbol: name }));
    }
    await this.#followImports();
    return [...this.#files.values()];
  }

  async #followImports(): Promise<void> {
    const missing = new Set<string>();
    // The map grows as it is gone through.
    for (const bytes of this.#files.values()) {
      for (const name of importsOf(bytes).imports) {
        if (this.#files.has(name) || missing.has(name)) continue;
        const answer = await this.#ask({ fileByFilename: name });
        // Some servers leave files out that nothing needs.
        if (answer.errorResponse) missing.add(name);
        else this.#keep(answer);
      }
    }
  }

  #keep({ fileDescriptorResponse, errorResponse }: Answer): void {
    if (errorResponse) throw this.#failure(errorResponse.errorMessage ?? "");
    for (const text of fileDescriptorResponse?.fileDescriptorProto ?? []) {
      const bytes = Buffer.from(text, "base64");
      this.#files.set(importsOf(bytes).name, bytes);
    }
    if (this.#files.size > MAX_FILES) throw this.#failure(`it has more than ${MAX_FILES} files`);
  }

  async #ask(question: Readonly<Record<string, string>>): Promise<Answer> {
    if (this.#end) throw this.#failure(this.#end.details);
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.#waiting = { resolve, reject };
    this.#stream.write(encodeMessage(ownMessage("reflection.Request"), question));
    return await promise;
  }

  #take(bytes: Uint8Array): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    try {
      waiting?.resolve(decodeMessage(ownMessage("reflection.Response"), bytes) as Answer);
    } catch (error) {
      waiting?.reject(error as Error);
    }
  }

  #failure(why: string): GrpcClientError {
    const { address } = this.#options;
    return new GrpcClientError(
      "call_failed",
      `Cannot read what ${address} describes of itself: ${why || "the stream ended"}`,
    );
  }
}
