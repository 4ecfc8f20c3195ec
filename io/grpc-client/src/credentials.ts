import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createSecureContext, rootCertificates, type SecureVersion } from "node:tls";
import { ChannelCredentials } from "@grpc/grpc-js";
import { CountedSocket, type OnBytes } from "./counted-socket.ts";
import { GrpcClientError } from "./error.ts";

/** PEM throughout. */
export interface GrpcTls {
  readonly insecureSkipVerify: boolean;
  /** Beside the authorities that the system trusts. */
  readonly ca?: readonly string[];
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  readonly minVersion?: SecureVersion;
  readonly maxVersion?: SecureVersion;
  /** OpenSSL's names, joined by ":". */
  readonly ciphers?: string;
}

/** Contexts cost some hundred kB each, and the VUs of a test have the same. */
const MAX_CONTEXTS = 100;

/** Makes the credentials of connections; those of one `tls` share a context. */
export class Credentials {
  readonly #contexts = new Map<string, ReturnType<typeof createSecureContext>>();

  /** Plaintext without `tls`. @throws GrpcClientError `bad_tls` */
  of(tls: GrpcTls | undefined, onBytes: OnBytes): ChannelCredentials {
    const made = tls === undefined ? ChannelCredentials.createInsecure() : this.#secure(tls);
    // Not documented, pinned with its version: grpc-js itself tells of no byte.
    const create = made._createSecureConnector.bind(made);
    made._createSecureConnector = (...values) => {
      const connector = create(...values);
      const connect = connector.connect.bind(connector);
      connector.connect = async (plain) => {
        const { socket, secure } = await connect(plain);
        return { socket: new CountedSocket(socket, onBytes) as Duplex as Socket, secure };
      };
      return connector;
    };
    return made;
  }

  #secure(tls: GrpcTls): ChannelCredentials {
    const { insecureSkipVerify } = tls;
    return ChannelCredentials.createFromSecureContext(this.#context(tls), {
      rejectUnauthorized: !insecureSkipVerify,
      ...(insecureSkipVerify && { checkServerIdentity: () => undefined }),
    });
  }

  #context(tls: GrpcTls): ReturnType<typeof createSecureContext> {
    const key = JSON.stringify(tls);
    const known = this.#contexts.get(key);
    if (known) return known;
    const { insecureSkipVerify: _, ca, ...rest } = tls;
    try {
      const made = createSecureContext({
        ...rest,
        ...(ca && { ca: [...rootCertificates, ...ca] }),
      });
      if (this.#contexts.size >= MAX_CONTEXTS) this.#contexts.clear();
      this.#contexts.set(key, made);
      return made;
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new GrpcClientError("bad_tls", `Cannot use the TLS settings: ${why}`, cause);
    }
  }
}
