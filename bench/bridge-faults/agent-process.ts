import { type BridgeClient, BridgeClientError, connectBridge } from "@breakwater/bridge-client";
import { write } from "./ledger.ts";

/**
 * Some agents in a process that may be killed at any moment: each sends numbered messages to the
 * others, and writes down what it sent, what it has a receipt for, and what it received.
 */
export interface AgentTask {
  readonly url: string;
  readonly ids: readonly string[];
  /** Of all processes. */
  readonly everybody: readonly string[];
  readonly ledger: string;
  /** Sets the ids of this life apart from those of earlier ones, and rises. */
  readonly life: number;
  readonly messagesPerSecond: number;
}

const task: AgentTask = JSON.parse(process.argv[2] ?? "{}");
let isSending: boolean = true;
const agents = task.ids.map(startAgent);
const timer = setInterval(() => {
  if (isSending) for (const agent of agents) agent.sendOne();
}, 1000 / task.messagesPerSecond);

// "quiet" on standard input: nothing more is sent; what comes is still taken. Its end ends all.
for await (const line of console) if (line === "quiet") isSending = false;
clearInterval(timer);
await Promise.all(agents.map(({ client }) => client.close()));
process.exit(0);

interface Agent {
  readonly client: BridgeClient;
  readonly sendOne: () => void;
}

function startAgent(id: string): Agent {
  const client = connectBridge({
    url: task.url,
    clientId: id,
    clientToken: `${id}-its-own-secret`,
    window: 50,
    reconnect: { minDelayMs: 100, maxDelayMs: 1000 },
  });
  client.onMessage(({ from, id: message }) => {
    write(task.ledger, { kind: "received", from, to: id, id: message });
  });
  client.onReceipt(({ id: message, status, reason = "" }) => {
    const to = message.split("/")[1] ?? "";
    if (status === "dropped") {
      write(task.ledger, { kind: "dropped", from: id, to, id: message, more: reason });
    } else write(task.ledger, { kind: "receipt", from: id, to, id: message, more: status });
  });
  let next = 0;
  return {
    client,
    sendOne: () => {
      const others = task.everybody.filter((other) => other !== id);
      const to = others[Math.floor(Math.random() * others.length)]!;
      const message = `${id}/${to}/${task.life}-${task.life * 1_000_000 + next}`;
      next += 1;
      write(task.ledger, { kind: "sent", from: id, to, id: message });
      client.send(to, { text: "x".repeat(100) }, { id: message }).catch((error) => {
        // Told to onReceipt() if it was dropped; else it has no receipt, and may come or not.
        if (!(error instanceof BridgeClientError)) throw error;
      });
    },
  };
}
