import type { BridgeClient } from "@breakwater/bridge-client";
import type { Clock } from "@breakwater/clock";
import { z } from "zod";
import { AgentError } from "../agent/agent-error.ts";

/** What the tools need of the client. */
export type McpClient = Pick<
  BridgeClient,
  | "id"
  | "state"
  | "buffered"
  | "ready"
  | "send"
  | "broadcast"
  | "request"
  | "receive"
  | "agents"
  | "onState"
  | "onReceipt"
>;

/** The agent whose tools these are. */
export interface ToolContext {
  readonly client: McpClient;
  readonly clock: Clock;
  readonly newId: () => string;
  /** Resolves when it is connected; rejects with an AgentError that says why not. */
  readonly connected: (signal: AbortSignal) => Promise<void>;
  /** A message waits for this agent: if it is lost after all, the model is told. */
  readonly watch: (messageId: string, to: string) => void;
  /** Tells the model with the next result: one sentence. */
  readonly notice: (text: string) => void;
}

/** For the model in words, and for programs as data. */
export interface ToolResult {
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface ToolCall {
  readonly context: ToolContext;
  /** Aborted when nobody waits for the result any more. */
  readonly signal: AbortSignal;
}

/** As MCP has it: what a host may want to know before it lets a model call a tool. */
export interface ToolAnnotations {
  readonly title: string;
  readonly readOnlyHint: boolean;
  readonly destructiveHint: boolean;
  readonly idempotentHint: boolean;
  readonly openWorldHint: boolean;
}

export interface ToolDefinition<Input extends z.ZodType> {
  readonly name: string;
  /** For a language model: when to use it, and what it gives. */
  readonly description: string;
  readonly annotations: ToolAnnotations;
  readonly input: Input;
  readonly run: (input: z.output<Input>, call: ToolCall) => Promise<ToolResult>;
}

/** A tool as the server has it: its input is not known to be what it takes. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly annotations: ToolAnnotations;
  /** JSON Schema. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
  /** Rejects with an Error of one sentence. */
  readonly run: (input: unknown, call: ToolCall) => Promise<ToolResult>;
}

/** Adds what checks the input. */
export function tool<Input extends z.ZodType>(definition: ToolDefinition<Input>): Tool {
  const { input, run, ...rest } = definition;
  const { $schema: _draft, ...inputSchema } = z.toJSONSchema(input, { io: "input" });
  return {
    ...rest,
    inputSchema,
    run: async (given, call) => {
      const parsed = input.safeParse(given ?? {});
      if (parsed.success) return await run(parsed.data, call);
      throw new AgentError("bad_argument", mistakeOf(definition.name, parsed.error));
    },
  };
}

function mistakeOf(name: string, { issues }: z.ZodError): string {
  const mistakes = issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join(".")}: ${message}`,
  );
  return `Cannot call ${name} so: ${mistakes.join("; ")}`;
}
