import { decodeMessage } from "./json/decode-message.ts";
import { wellKnownOf } from "./json/well-known.ts";
import type { TypeSource } from "./schema/message-type.ts";
import { ownMessage } from "./schema/own-messages.ts";

/**
 * The details of a google.rpc.Status as JSON, each with its "@type"; one of a type that `types`
 * does not know has its bytes. None when the bytes cannot be read.
 */
export function statusDetailsOf(
  bytes: Uint8Array | undefined,
  types: TypeSource,
): readonly unknown[] {
  if (bytes === undefined) return [];
  const any = wellKnownOf("google.protobuf.Any", types)!;
  try {
    const { details } = decodeMessage(ownMessage("google.rpc.Status"), bytes) as {
      details: readonly { typeUrl: string | null; value: string | null }[];
    };
    return details.map(({ typeUrl, value }) =>
      any.toJson({ typeUrl: typeUrl ?? "", value: value ?? "" }),
    );
  } catch {
    return [];
  }
}
