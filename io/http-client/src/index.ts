export type { CollectedBody } from "./collected-body.ts";
export type { Connections, ConnectionsOptions } from "./connections.ts";
export type { TlsSettings } from "./dialler.ts";
export type { Address, DnsOptions, Lookup } from "./dns-cache.ts";
export { HttpClientError } from "./error.ts";
export type { Exchange, ExchangeListener, OutgoingRequest } from "./exchange.ts";
export { type Failure, type FailureCode, k6ErrorCode } from "./failure.ts";
export { type HttpClient, type HttpClientOptions, httpClient } from "./http-client.ts";
export { type Origin, type ParsedUrl, parseUrl } from "./parse-url.ts";
