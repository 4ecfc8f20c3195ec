import type { Incoming, MessageFilter } from "@breakwater/bridge-client";
import { z } from "zod";
import { messageForModel } from "./message-for-model.ts";
import { type Tool, type ToolCall, type ToolResult, tool } from "./tool.ts";

/** Of one result: about what a host gives a model to read at once. One message may be longer. */
const MAX_CHARACTERS = 50_000;

const filter = {
  from: z.string().min(1).max(200).optional().describe("Only messages of the agent of this id"),
  intent: z.string().min(1).max(200).optional().describe("Only messages of this intent"),
};

const receiveMessages = tool({
  name: "receive_messages",
  description:
    "Take the messages that other agents have sent to you, oldest first, without waiting. Each " +
    "is given once. `remaining` says how many more there are.",
  annotations: {
    title: "Read the messages that have come",
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: true,
  },
  input: z.strictObject({
    max: z.int().min(1).max(100).default(20).describe("At most so many"),
    ...filter,
  }),
  run: async ({ max, ...wanted }, call) => {
    const messages: Incoming[] = [];
    let characters = 0;
    while (messages.length < max && characters < MAX_CHARACTERS) {
      const message = await call.context.client.receive({ ...filterOf(wanted), timeoutMs: 0 });
      if (message === undefined) break;
      messages.push(message);
      characters += JSON.stringify(message.payload).length;
    }
    // An agent that is offline is told so, rather than that there is nothing.
    if (messages.length === 0) await call.context.connected(call.signal);
    return handedOver(messages, call);
  },
});

const waitForMessage = tool({
  name: "wait_for_message",
  description:
    "Wait until another agent sends you a message, and take it; at once if one is there. Call it " +
    "again if nothing came and you still need to wait.",
  annotations: {
    title: "Wait for a message",
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: true,
  },
  input: z.strictObject({
    timeoutSeconds: z.number().min(0).max(240).default(30).describe("How long to wait"),
    ...filter,
  }),
  run: async ({ timeoutSeconds, ...wanted }, call) => {
    const { client, connected } = call.context;
    if (client.buffered === 0) await connected(call.signal);
    const timeoutMs = timeoutSeconds * 1000;
    const options = { ...filterOf(wanted), timeoutMs, signal: call.signal };
    const message = await client.receive(options);
    if (message !== undefined) return handedOver([message], call);
    return {
      text: `Nothing came within ${timeoutSeconds} s.`,
      data: { messages: [], remaining: client.buffered },
    };
  },
});

const listAgents = tool({
  name: "list_agents",
  description:
    "List the agents that are connected to the bridge now, with what they said of themselves: " +
    "role, labels, intents they handle. `you` is your own id.",
  annotations: {
    title: "List the connected agents",
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: true,
  },
  input: z.strictObject({}),
  run: async (_input, { context, signal }) => {
    await context.connected(signal);
    const agents = await context.client.agents({ timeoutMs: 10_000, signal });
    const others = agents.length - 1;
    return {
      text: others === 1 ? "One other agent is connected." : `${others} others are connected.`,
      data: {
        you: context.client.id,
        agents: agents.map(({ id, role, labels, intents, tools, connectedAt }) => ({
          id,
          role,
          ...(labels.length === 0 ? {} : { labels }),
          ...(intents.length === 0 ? {} : { intents }),
          ...(tools.length === 0 ? {} : { tools }),
          connectedAt,
        })),
      },
    };
  },
});

/** Tools that say nothing to other agents. */
export const inboxTools: readonly Tool[] = [listAgents, receiveMessages, waitForMessage];

/** From here on they are the model's: the bridge need not keep them. */
function handedOver(messages: readonly Incoming[], { context }: ToolCall): ToolResult {
  const data = messages.map(messageForModel);
  for (const message of messages) message.ack();
  const remaining = context.client.buffered;
  const text = messages.length === 1 ? "One message." : `${messages.length} messages.`;
  return { text, data: { messages: data, remaining } };
}

function filterOf({
  from,
  intent,
}: {
  readonly from?: string | undefined;
  readonly intent?: string | undefined;
}): MessageFilter {
  return {
    ...(from === undefined ? {} : { from }),
    ...(intent === undefined ? {} : { intent }),
  };
}
