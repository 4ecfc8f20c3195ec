export { isAboutAgent } from "../agent/agent-error.ts";
export { type RunMcpOptions, runMcp } from "./run-mcp.ts";
