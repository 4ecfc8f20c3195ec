import { acceptWebSocket } from "@breakwater/http-server";
import { tryDeliveryForm } from "@breakwater/message";
import type { Call, Stage } from "@breakwater/service";
import type { BridgeParts } from "../bridge-parts.ts";
import type { Sessions } from "../sessions/sessions.ts";

/**
 * Opens a WebSocket for whoever asks for one, on any path, before limits and tokens of HTTP: who it
 * is it says in its first frame.
 */
export function upgradeStage(parts: BridgeParts, sessions: Sessions): Stage {
  const { settings, kit, mayUse } = parts;
  const options = {
    handler: sessions.handler,
    clock: kit.clock,
    maxMessageBytes: settings.maxFrame,
    maxUnsentBytes: settings.maxUnsent + settings.maxFrame,
    pingAfterMs: PING_AFTER_MS,
    deflates: true,
    minDeflatedBytes: MIN_DEFLATED_BYTES,
  };
  return (next) => (call) => {
    if (call.request.header("upgrade")?.toLowerCase() !== "websocket") return next(call);
    const socket = acceptWebSocket(call, options);
    if (socket === undefined) return;
    sessions.opened(socket, {
      form: formOf(call),
      ip: call.clientIp,
      isAllowed: mayUse(call.request.header("origin")),
    });
  };
}

const PING_AFTER_MS = 30_000;
/** As in the original. */
const MIN_DEFLATED_BYTES = 1024;

const formOf = ({ request }: Call) =>
  tryDeliveryForm(new URLSearchParams(request.query).get("delivery") ?? "") ?? "array";
