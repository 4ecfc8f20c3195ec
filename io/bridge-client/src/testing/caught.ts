import { BridgeClientError } from "../bridge-client-error.ts";

/** What a promise of the client rejects with. */
export async function caught(promise: Promise<unknown>): Promise<BridgeClientError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof BridgeClientError) return error;
    throw error;
  }
  throw new Error("It was expected to reject, and resolved");
}
