import type { MessageParts } from "./message-codec.ts";
import type { Metadata, MetadataEntry } from "./metadata.ts";
import type { GrpcError } from "./status.ts";

/** One call, as its handler sees it. */
export interface GrpcCall {
  /** "/echo.EchoService/Echo" */
  readonly path: string;
  /** The host that the client meant, as it wrote it: HTTP's :authority. */
  readonly authority: string;
  /** The client, as "192.0.2.7:40312". */
  readonly source: string;
  /** What the client sent; the same object for calls whose heads are the same. */
  readonly metadata: Metadata;
  /**
   * Metadata that goes before the first message, and after the last.
   *
   * @throws TypeError for a name or value that cannot be sent
   */
  addHeader(entry: MetadataEntry): void;
  addTrailer(entry: MetadataEntry): void;
  /** Called once if the call ends in another way than by its handler: gone, too late, malformed. */
  onCancel(cancelled: () => void): void;
}

export interface GrpcStream<Response> extends GrpcCall {
  /**
   * True: more, please. False: the client is slower, so wait for onDrain(); what is sent sooner is
   * kept, up to the server's limit of unsent bytes. Ignored when the call has ended.
   */
  send(message: Response | MessageParts<Response>): boolean;
  /** Who is to be called when there is room again after a send() that said false. */
  onDrain(drained: () => void): void;
  /** Ends the call, with OK unless there is an error. What the client still sends is ignored. */
  end(error?: GrpcError): void;
}
