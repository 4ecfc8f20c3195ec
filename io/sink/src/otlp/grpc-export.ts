import { Client, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import type { Outcome } from "../push/outcome.ts";
import type { OtlpOutput } from "./otlp-output.ts";

/** Sends one encoded request; what is taken may come with what was not. */
export interface OtlpExport {
  send(message: Uint8Array, signal: AbortSignal): Promise<Exported>;
  close(): void;
}

export type Exported = { readonly outcome: Outcome; readonly response: Uint8Array | undefined };

const METHOD = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

export function grpcExport(output: OtlpOutput, timeoutMs: number): OtlpExport {
  const { ca, cert, key, isInsecure } = output.tls;
  const toBuffer = (pem: string | undefined) => (pem === undefined ? null : Buffer.from(pem));
  const tls = () =>
    credentials.createSsl(toBuffer(ca), toBuffer(key), toBuffer(cert), {
      rejectUnauthorized: !isInsecure,
    });
  const client = new Client(output.endpoint, output.isPlain ? credentials.createInsecure() : tls());
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(output.headers)) {
    metadata.set(name.toLowerCase(), value);
  }
  const send = (message: Uint8Array, signal: AbortSignal): Promise<Exported> =>
    new Promise((resolve) => {
      const deadline = new Date(Date.now() + timeoutMs);
      const call = client.makeUnaryRequest(
        METHOD,
        (body: Uint8Array) => Buffer.from(body),
        (body: Buffer) => body,
        message,
        metadata,
        { deadline },
        (error: ServiceError | null, response?: Uint8Array) => {
          signal.removeEventListener("abort", cancel);
          resolve({ outcome: toOutcome(error), response });
        },
      );
      const cancel = (): void => call.cancel();
      signal.addEventListener("abort", cancel, { once: true });
    });
  return { send, close: () => client.close() };
}

/** The codes that https://opentelemetry.io/docs/specs/otlp/#failures says may be tried again. */
const passing: ReadonlySet<number> = new Set([
  status.CANCELLED,
  status.DEADLINE_EXCEEDED,
  status.RESOURCE_EXHAUSTED,
  status.ABORTED,
  status.OUT_OF_RANGE,
  status.UNAVAILABLE,
  status.DATA_LOSS,
]);

function toOutcome(error: ServiceError | null): Outcome {
  if (error === null) return { kind: "taken" };
  const why = `it answered ${status[error.code] ?? error.code}: ${error.details}`;
  return { kind: passing.has(error.code) ? "not now" : "refused", why };
}
