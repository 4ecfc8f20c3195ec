export type {
  Broker,
  BrokerLimits,
  BrokerOptions,
  BrokerOutlet,
  GoodbyeReason,
  Handed,
  Receipt,
  Registration,
} from "./broker/broker.ts";
export { createBroker } from "./broker/create-broker.ts";
export type { AgentMeta, Envelope, Message } from "./envelope/envelope.ts";
export { isId } from "./envelope/field-rules.ts";
export { isMistake, type Mistake, type MistakeCode } from "./envelope/mistake.ts";
export { type EnvelopeContext, readEnvelope } from "./envelope/read-envelope.ts";
export { restoreMessage, toMessage } from "./envelope/to-message.ts";
export {
  type ClientFrame,
  type FrameLimits,
  parseClientFrame,
} from "./frames/client-frame.ts";
export { type DeliveryForm, tryDeliveryForm } from "./frames/delivery-form.ts";
export {
  encodeDelivery,
  encodeError,
  encodeGoodbye,
  encodeHeartbeat,
  encodeQueryResponse,
  encodeReceipt,
  encodeRegistered,
  encodeSeen,
  encodeSnapshot,
  olderNotRegistered,
  type QueryAnswer,
  type Welcome,
} from "./frames/encode-frames.ts";
export { isDeeperThan } from "./frames/json-depth.ts";
export type { RegisterFrame } from "./frames/register-frame.ts";
export type {
  DeliveryMark,
  ErrorCode,
  GoodbyeFrame,
  SessionLimits,
  Snapshot,
} from "./frames/server-frame.ts";
export type {
  Claim,
  ClaimOutcome,
  DeadLetter,
  DropReason,
  HistoryEntry,
  HistoryQuery,
  IdOwner,
  Keeper,
  KeeperFigures,
  KeeperLimits,
  KeeperListener,
  MailboxFigures,
  PutOutcome,
} from "./keeper/keeper.ts";
export type {
  Binding,
  KeeperLog,
  KeptState,
  PlacedMessage,
  WaitingMessage,
} from "./keeper/keeper-log.ts";
export {
  type MemoryKeeper,
  type MemoryKeeperOptions,
  memoryKeeper,
} from "./keeper/memory-keeper.ts";
