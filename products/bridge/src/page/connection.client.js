// The page's connection: it observes, and comes back by itself.

const TOKEN = "bridge.token";
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 10_000;

/** What the person has brought, for as long as this tab is open. */
export const token = {
  get: () => sessionStorage.getItem(TOKEN) ?? undefined,
  set: (text) => sessionStorage.setItem(TOKEN, text),
  forget: () => sessionStorage.removeItem(TOKEN),
};

/**
 * Observes the bridge from now on. `on.frame` for each frame, `on.state` for "connecting", "open",
 * "waiting" and "refused", after which it ends: a token is wanted.
 */
export function observe(on) {
  let retryMs = FIRST_RETRY_MS;
  // It may be the admin's, or else the clients'.
  let asAdmin = token.get() !== undefined;
  let isRefused = false;
  const dial = () => {
    on.state("connecting");
    isRefused = false;
    const url = new URL(".", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url);
    let frames = 0;
    socket.onopen = () => {
      const brought = asAdmin ? { adminToken: token.get() } : { authToken: token.get() };
      socket.send(JSON.stringify({ type: "observe", ...brought }));
    };
    socket.onmessage = ({ data }) => {
      const frame = JSON.parse(data);
      if (frame.type === "error") {
        isRefused = frame.error === "unauthorized";
        return;
      }
      frames += 1;
      if (frames === 1) {
        retryMs = FIRST_RETRY_MS;
        on.state("open");
      }
      on.frame(frame);
    };
    socket.onclose = () => {
      if (!isRefused) {
        on.state("waiting");
        setTimeout(dial, retryMs * (0.5 + Math.random() / 2));
        retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
      } else if (asAdmin) {
        asAdmin = false;
        dial();
      } else on.state("refused");
    };
  };
  dial();
}

/** The dead letters that whoever has this token may see; undefined where none may be asked for. */
export async function fetchDeadLetters() {
  const brought = token.get();
  const headers = brought === undefined ? {} : { authorization: `Bearer ${brought}` };
  const answer = await fetch("dead-letters?limit=20", { headers }).catch(() => undefined);
  return answer?.ok ? (await answer.json()).deadLetters : undefined;
}
