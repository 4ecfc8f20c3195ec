export { WsConnection } from "./connection.ts";
export type { ConnectTarget, Resolve, TlsFor } from "./dialler.ts";
export { WsClientError, type WsClientErrorCode } from "./error.ts";
export type { WsFailure, WsFailureCode } from "./failure.ts";
export type { WsHandshake, WsRequest } from "./handshake.ts";
export type { WsEnd, WsListener } from "./listener.ts";
export { parseWsUrl, type WsUrl } from "./parse-ws-url.ts";
export { type AddressPolicy, systemResolve } from "./system-resolve.ts";
export { type WsClient, type WsClientOptions, wsClient } from "./ws-client.ts";
