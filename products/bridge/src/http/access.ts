import { type HistoryQuery, type IdOwner, isId, type Message } from "@breakwater/message";
import type { Call } from "@breakwater/service";
import { BridgeError } from "../bridge-error.ts";
import type { BridgeParts } from "../bridge-parts.ts";
import { tokenHash } from "../tokens.ts";
import { tokenOf } from "./authentication.ts";

export type Viewer = HistoryQuery["viewer"];

/**
 * As whom somebody looks at messages: the admin's token shows all, X-Client-Id with the client's
 * own X-Client-Token what that client may see, and without either it is broadcasts.
 */
export async function viewerOf(parts: BridgeParts, call: Call): Promise<Viewer> {
  if (parts.isAdmin(tokenOf(call))) return "all";
  const id = call.request.header("x-client-id");
  if (id === undefined) return "nobody";
  if (!isId(id)) throw new BridgeError("bad_request", "Cannot take that X-Client-Id for an id");
  const owner = await ownerOf(parts, id, call.request.header("x-client-token"));
  if (owner === "its") return { id };
  throw new BridgeError(
    "bad_client_token",
    `Cannot show what is for ${JSON.stringify(id)}: X-Client-Token is not what its id is bound to`,
  );
}

/** Whether a message may be seen. */
export function isVisible({ envelope: { from, to } }: Message, viewer: Viewer): boolean {
  if (to === null || viewer === "all") return true;
  return viewer !== "nobody" && (from === viewer.id || to === viewer.id);
}

/**
 * As whom an HTTP request sends. "api" is nobody else; a client's id takes the client's token; any
 * other name that nobody has may be given, as the original's scripts do.
 */
export async function senderOf(parts: BridgeParts, call: Call, from: unknown): Promise<string> {
  if (from === undefined || from === null || from === "" || from === API) return API;
  if (!isId(from)) {
    throw new BridgeError("bad_request", "Cannot send from what is no id: leave `from` out");
  }
  const id = call.request.header("x-client-id") ?? from;
  const owner = await ownerOf(parts, from, id === from ? tokenHeader(call) : undefined);
  if (owner === "its") return from;
  const isAnybodys = owner === "anothers" || (await isConnected(parts, from));
  if (!isAnybodys) return from;
  throw new BridgeError(
    "forged_from",
    `Cannot send as ${JSON.stringify(from)} without its token: give X-Client-Token, or leave \`from\` out`,
  );
}

export const API = "api";

const tokenHeader = (call: Call): string | undefined => call.request.header("x-client-token");

const isConnected = async ({ views }: BridgeParts, id: string): Promise<boolean> =>
  (await views.agents()).some((agent) => agent.id === id);

function ownerOf(
  { keeper }: BridgeParts,
  id: string,
  token: string | undefined,
): Promise<Exclude<IdOwner, "unavailable">> {
  return new Promise((resolve, reject) => {
    keeper.verify(id, token === undefined ? undefined : tokenHash(token), (owner) => {
      if (owner !== "unavailable") return resolve(owner);
      const message = "Cannot tell whose id that is now: what keeps ids does not answer";
      reject(new BridgeError("unavailable", message));
    });
  });
}
