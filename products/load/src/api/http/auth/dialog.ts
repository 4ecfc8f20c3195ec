import type { Exchange } from "@breakwater/http-client";
import type { Hop } from "../hop.ts";
import { digestDialog } from "./digest-dialog.ts";
import { ntlmDialog } from "./ntlm-dialog.ts";

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** How to answer a server that asks who one is. Each round is a request, and measured, as in k6. */
export interface AuthDialog {
  /** The Authorization to repeat the request with; undefined when there is nothing to answer. */
  tryAnswer(hop: Hop, exchange: Exchange): string | undefined;
  /** Whether the status of the first answer counts as expected; `usual` is what the call says. */
  isExpectedFirst(status: number, usual: boolean): boolean;
}

/**
 * The dialog for k6's param `auth`; undefined for "basic", which needs none.
 *
 * @throws TypeError for another way
 */
export function authDialog(way: unknown, credentials: Credentials): AuthDialog | undefined {
  switch (way) {
    case undefined:
    case null:
    case "":
    case "basic":
      return undefined;
    case "digest":
      return digestDialog(credentials);
    case "ntlm":
      return ntlmDialog(credentials);
    default:
      throw new TypeError(
        `Cannot authenticate by ${JSON.stringify(way)}: known are basic, digest and ntlm`,
      );
  }
}
