import {
  BridgeClientError,
  type EnvelopeFields,
  type Incoming,
  type Receipt,
} from "@breakwater/bridge-client";
import { z } from "zod";
import { AgentError } from "../agent/agent-error.ts";
import { messageForModel } from "./message-for-model.ts";
import { type Tool, type ToolCall, type ToolContext, type ToolResult, tool } from "./tool.ts";

/** The receipt of an agent that is slow to take its messages is waited for no longer. */
const RECEIPT_TIMEOUT_MS = 3000;

const to = z.string().min(1).max(200).describe("Id of the agent, as list_agents gives it");
const content = {
  text: z.string().optional().describe("What to say, in plain language"),
  payload: z
    .record(z.string(), z.unknown())
    .optional()
    .describe("Instead of text: a JSON object, for agents that expect structured data"),
};
const about = {
  intent: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe("What kind of message it is, such as task.assign, task.complete, task.blocked"),
  taskId: z.string().min(1).max(200).optional().describe("The task that it belongs to"),
};

type Content = z.output<z.ZodObject<typeof content>>;

const sending = {
  readOnlyHint: false,
  destructiveHint: false,
  idempotentHint: false,
  openWorldHint: true,
};

const sendMessage = tool({
  name: "send_message",
  description:
    "Send a message to one other agent. It arrives at once if that agent is connected, else it " +
    "waits for it. The result says which; it is no reply. To answer a message you received, send " +
    "to its `from` with `replyTo` set to its `id`.",
  annotations: { title: "Send a message to an agent", ...sending },
  input: z.strictObject({
    to,
    ...content,
    ...about,
    replyTo: z.string().min(1).max(200).optional().describe("Id of the message this answers"),
  }),
  run: async ({ to, text, payload, intent, replyTo, ...rest }, call) => {
    const body = bodyOf("send_message", { text, payload });
    const kind = intent ?? (replyTo === undefined ? undefined : "agent.response");
    const fields = fieldsOf({ ...rest, intent: kind, replyTo, id: call.context.newId() });
    await call.context.connected(call.signal);
    const sent = call.context.client.send(to, body, fields);
    return await outcome(sent, { id: fields.id, to }, call);
  },
});

const broadcastMessage = tool({
  name: "broadcast_message",
  description:
    "Send a message to all other agents that are connected now. Who is away does not get it: use " +
    "send_message for what one agent must know.",
  annotations: { title: "Send a message to all agents", ...sending },
  input: z.strictObject({ ...content, ...about }),
  run: async ({ text, payload, ...rest }, call) => {
    const body = bodyOf("broadcast_message", { text, payload });
    const fields = fieldsOf({ ...rest, id: call.context.newId() });
    await call.context.connected(call.signal);
    const sent = call.context.client.broadcast(body, fields);
    return await outcome(sent, { id: fields.id, to: null }, call);
  },
});

const askAgent = tool({
  name: "ask_agent",
  description:
    "Send a message to one agent and wait for its reply. Use it only if you cannot go on without " +
    "the reply; a reply that comes after the time is up is a message like others.",
  annotations: { title: "Ask an agent and wait for its reply", ...sending },
  input: z.strictObject({
    to,
    ...content,
    ...about,
    timeoutSeconds: z.number().min(1).max(240).default(30).describe("How long to wait"),
  }),
  run: async ({ to, text, payload, timeoutSeconds, ...rest }, { context, signal }) => {
    const body = bodyOf("ask_agent", { text, payload });
    await context.connected(signal);
    const timeoutMs = timeoutSeconds * 1000;
    const fields = { ...fieldsOf({ ...rest, id: context.newId() }), timeoutMs, signal };
    const reply = await repliedBy(to, context.client.request(to, body, fields), timeoutSeconds);
    const message = messageForModel(reply);
    return { text: `${to} replied.`, data: { reply: message } };
  },
});

/** Tools that say something to other agents. */
export const messageTools: readonly Tool[] = [sendMessage, broadcastMessage, askAgent];

function bodyOf(name: string, { text, payload }: Content): unknown {
  if ((text === undefined) === (payload === undefined)) {
    const what = text === undefined ? "neither text nor payload" : "both text and payload";
    throw new AgentError("bad_argument", `Cannot call ${name} with ${what}: give one of them`);
  }
  return payload ?? { text };
}

interface Fields {
  readonly id: string;
  readonly intent?: string | undefined;
  readonly taskId?: string | undefined;
  readonly replyTo?: string | undefined;
}

function fieldsOf({ id, intent, taskId, replyTo }: Fields): EnvelopeFields & { id: string } {
  return {
    id,
    ...(intent === undefined ? {} : { intent }),
    ...(taskId === undefined ? {} : { taskId }),
    ...(replyTo === undefined ? {} : { replyTo }),
  };
}

async function repliedBy(
  to: string,
  reply: Promise<Incoming>,
  timeoutSeconds: number,
): Promise<Incoming> {
  try {
    return await reply;
  } catch (error) {
    if (!(error instanceof BridgeClientError && error.code === "timeout")) throw error;
    throw new AgentError(
      "no_answer",
      `${to} has not replied within ${timeoutSeconds} s: go on, or wait_for_message from it`,
      { cause: error },
    );
  }
}

interface SentMessage {
  readonly id: string;
  readonly to: string | null;
}

/** What became of it so far; what becomes of it later is watched. */
async function outcome(
  sent: Promise<Receipt>,
  { id, to }: SentMessage,
  { context, signal }: ToolCall,
): Promise<ToolResult> {
  const receipt = await inTime(sent, context);
  const data = { id, status: receipt?.status ?? "sent" };
  if (receipt?.status === "queued" && to !== null) context.watch(id, to);
  if (receipt === undefined) {
    sent.then(
      ({ status }) => status === "queued" && to !== null && context.watch(id, to),
      (error: Error) => context.notice(`Your message ${id} was lost: ${error.message}`),
    );
    return { text: "Sent; it is not confirmed yet. Do not send it again.", data };
  }
  if (to === null) {
    const recipients = receipt.recipients ?? 0;
    const reached = recipients === 0 ? "Nobody else is connected: nobody got it." : "Delivered.";
    return { text: reached, data: { ...data, recipients } };
  }
  if (receipt.status === "delivered") return { text: `Delivered to ${to}.`, data };
  return { text: await waitingFor(to, context, signal), data };
}

/** It waits for somebody who is busy, or away, or whose id was mistyped. */
async function waitingFor(
  to: string,
  { client }: ToolContext,
  signal: AbortSignal,
): Promise<string> {
  try {
    const agents = await client.agents({ timeoutMs: RECEIPT_TIMEOUT_MS, signal });
    return agents.some(({ id }) => id === to)
      ? `${to} is connected and has not taken it yet; it waits.`
      : `No agent called ${to} is connected: the message waits until one is.`;
  } catch (error) {
    if (!(error instanceof BridgeClientError)) throw error;
    return `It waits for ${to}.`;
  }
}

/** Undefined: it is not known yet. */
async function inTime(
  sent: Promise<Receipt>,
  { clock }: ToolContext,
): Promise<Receipt | undefined> {
  const late = Promise.withResolvers<undefined>();
  const cancel = clock.at(clock.nowMs() + RECEIPT_TIMEOUT_MS, () => late.resolve(undefined));
  try {
    return await Promise.race([sent, late.promise]);
  } finally {
    cancel();
  }
}
