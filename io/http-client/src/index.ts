export { AddressRules, type AddressSettings } from "./address-rules.ts";
export type { CollectedBody } from "./collected-body.ts";
export type { Connections, ConnectionsOptions } from "./connections.ts";
export type { Address, DnsOptions, Lookup } from "./dns-cache.ts";
export { HttpClientError } from "./error.ts";
export type {
  BodyFlow,
  BodyReceiver,
  Exchange,
  ExchangeListener,
  HttpVersion,
  OutgoingRequest,
} from "./exchange.ts";
export { type Failure, type FailureCode, k6ErrorCode, k6ErrorCodeOf } from "./failure.ts";
export { type HttpClient, type HttpClientOptions, httpClient } from "./http-client.ts";
export { localAddresses } from "./local-addresses.ts";
export { type Origin, type ParsedUrl, parseUrl } from "./parse-url.ts";
export { proxyFromEnvironment } from "./proxy.ts";
export {
  type ClientCertificate,
  missingCipherSuites,
  TlsContext,
  type TlsSettings,
  type TlsVersion,
} from "./tls-settings.ts";
