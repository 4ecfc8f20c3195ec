export { ServerError, type ServerErrorCode } from "@breakwater/tcp-listener";
export type { Protocol, ReceivedRequest } from "@breakwater/wire";
export { acceptedCoding, type Coding } from "./accepted-coding.ts";
export type {
  Answer,
  AnswerBody,
  AnswerHead,
  BodyReader,
  Connection,
  Exchange,
  Handler,
  Wire,
  WireReader,
} from "./exchange.ts";
export { exchangeOf, type FetchHandlerOptions, fetchHandler } from "./fetch-handler.ts";
export type {
  AnswerRecord,
  HttpServerOptions,
  RunningHttpServer,
  ServerCounts,
  ServerLimits,
  StopOptions,
  TlsIdentity,
} from "./http-server.ts";
export { noParams, type PathMatch, pathPatterns } from "./path-patterns.ts";
export { PreparedAnswer } from "./prepared-answer.ts";
export { refuse, respondJson } from "./refuse.ts";
export { type Rewriting, RewrittenExchange } from "./rewritten-exchange.ts";
export { type ParamOf, type RouteHandler, type Routes, router } from "./router.ts";
export { serveHttp } from "./serve-http.ts";
export { acceptWebSocket } from "./websocket/accept-web-socket.ts";
export { type PreparedFrame, prepareFrame } from "./websocket/prepare-frame.ts";
export type {
  MessageKind,
  WebSocketConnection,
  WebSocketHandler,
  WebSocketOptions,
} from "./websocket/web-socket.ts";
