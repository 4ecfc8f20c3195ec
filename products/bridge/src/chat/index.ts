export { isAboutAgent } from "../agent/agent-error.ts";
export type { AgentFlags } from "../agent/agent-settings.ts";
export { type RunChatOptions, runChat } from "./run-chat.ts";
