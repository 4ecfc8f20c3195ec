import type { BridgeClientError, BridgeClientErrorCode } from "@breakwater/bridge-client";

const advice: Partial<Record<BridgeClientErrorCode, string>> = {
  bad_client_token: "take another --id, or bring the id's secret by --client-token-file",
  id_taken: "take another --id",
  unauthorized: "bring the bridge's token by --auth-token",
};

/** Why there is no connection, and what whoever started the client can do about it. */
export function whyInWords({ code, message }: BridgeClientError): string {
  const what = advice[code];
  return what === undefined ? message : `${message}: ${what}`;
}
