import { randomBytes } from "node:crypto";
import type { BridgeOptions } from "@breakwater/bridge-client";
import { AgentError } from "./agent-error.ts";
import { clientToken, clientTokenFile, type Environment, stateFolder } from "./client-token.ts";

/** As they are given on a command line; each has a variable, too. */
export interface AgentFlags {
  readonly url?: string;
  readonly id?: string;
  readonly role?: string;
  readonly authToken?: string;
  readonly clientTokenFile?: string;
}

export interface AgentSettings {
  /** For people: without what may be secret in it. */
  readonly url: string;
  readonly id: string;
  /** What this user's chats remember, if there is a home for it. */
  readonly stateFolder: string | undefined;
  readonly options: BridgeOptions;
}

const DEFAULT_URL = "ws://localhost:8080";

/**
 * Who this agent is, and on which bridge. An id that was chosen is bound to a secret kept in a
 * file, so that whoever comes back is the same agent; one made up for the occasion is nobody's
 * afterwards.
 */
export function agentSettings(flags: AgentFlags, environment: Environment): AgentSettings {
  const url = bridgeUrl(flags.url || environment.AI_BRIDGE_URL || DEFAULT_URL);
  const chosenId = flags.id || environment.AGENT_ID;
  const id = checkedId(chosenId || `agent-${randomBytes(4).toString("hex")}`);
  const authToken = flags.authToken || environment.AI_BRIDGE_AUTH_TOKEN;
  const folder = stateFolder(environment);
  const kept = chosenId && folder ? clientTokenFile(folder, { url, id }) : undefined;
  const tokenFile = flags.clientTokenFile ?? kept;
  return {
    url: shownUrl(url),
    id,
    stateFolder: folder,
    options: {
      url,
      clientId: id,
      role: flags.role || environment.AGENT_ROLE || "agent",
      ...(authToken ? { authToken } : {}),
      ...(tokenFile === undefined ? {} : { clientToken: clientToken(tokenFile) }),
    },
  };
}

function bridgeUrl(text: string): string {
  const url = URL.parse(text);
  if (url !== null && /^(wss?|https?):$/.test(url.protocol) && url.host !== "") {
    return url.href.replace(/^http/, "ws");
  }
  throw new AgentError(
    "bad_setting",
    `Cannot connect to ${JSON.stringify(text)}: name the bridge as ws://host:port or wss://host`,
  );
}

function shownUrl(text: string): string {
  const { protocol, host, pathname } = new URL(text);
  return `${protocol}//${host}${pathname === "/" ? "" : pathname}`;
}

function checkedId(id: string): string {
  if (id.length <= 200 && !/[\s\p{C}]/u.test(id) && id !== "all") return id;
  throw new AgentError(
    "bad_setting",
    `Cannot be called ${JSON.stringify(id)}: take up to 200 letters and signs, and not "all"`,
  );
}
