import { type ConnectOptions, GrpcConnection } from "./connection.ts";
import { Credentials } from "./credentials.ts";
import { GrpcClientError } from "./error.ts";

/** Makes gRPC connections: what those of all VUs of a process share. */
export interface GrpcClient {
  /**
   * Resolves once the connection is there.
   *
   * @throws GrpcClientError `connect_failed`, `connect_timeout` or `bad_tls`
   */
  connect(options: ConnectOptions): Promise<GrpcConnection>;
}

export interface GrpcClientOptions {
  /** Where to connect for an address, "host:port" to "host:port": the place for k6's `hosts`. */
  readonly resolve?: (address: string) => Promise<string>;
}

export function grpcClient({ resolve = asIs }: GrpcClientOptions = {}): GrpcClient {
  const credentials = new Credentials();
  return {
    connect: async (options) => {
      const { address } = options;
      const target = await resolve(address).catch((cause: unknown) => {
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new GrpcClientError("connect_failed", `Cannot connect to ${address}: ${why}`, cause);
      });
      const connection = new GrpcConnection(options, target, credentials);
      try {
        await connection.waitUntilReady(options);
        return connection;
      } catch (error) {
        connection.close();
        throw error;
      }
    },
  };
}

const asIs = async (address: string): Promise<string> => address;
