export type {
  BridgeClient,
  BridgeState,
  HistoryOptions,
  Incoming,
  MessageFilter,
  ReceiveOptions,
  RequestFields,
  WaitOptions,
} from "./bridge-client.ts";
export { BridgeClientError, type BridgeClientErrorCode } from "./bridge-client-error.ts";
export type { BridgeClock } from "./bridge-clock.ts";
export type { BridgeOptions, ReconnectOptions } from "./bridge-options.ts";
export type { SocketLike, WebSocketLike } from "./bridge-socket.ts";
export { connectBridge } from "./connect-bridge.ts";
export type { AgentMeta, DropReason, Envelope, EnvelopeFields, Receipt } from "./envelope.ts";
