import type { ConnectOptions, GrpcTls, MetadataValues } from "@breakwater/grpc-client";
import { parseDuration } from "@breakwater/units";
import type { VuContext } from "../../vu/vu-context.ts";
import { sharedNetwork } from "../ws/shared-network.ts";
import { readMetadata } from "./call-params.ts";

/** k6's params of Client.connect(). */
export interface ConnectParams extends ConnectOptions {
  readonly reflects: boolean;
  readonly reflectMetadata: MetadataValues;
}

type Params = Readonly<Record<string, unknown>>;

const CONNECT_TIMEOUT_MS = 60_000; // k6's

const known: readonly string[] = [
  "plaintext",
  "reflect",
  "reflectMetadata",
  "timeout",
  "maxReceiveSize",
  "maxSendSize",
  "tls",
  "authority",
];

/** @throws TypeError that names the param */
export function readConnectParams(vu: VuContext, address: string, given: unknown): ConnectParams {
  const params = (given ?? {}) as Params;
  const unknown = Object.keys(params).find((name) => !known.includes(name));
  if (unknown !== undefined) throw bad(unknown, `known are ${known.join(", ")}`);
  const { timeout, authority } = params;
  if (authority !== undefined && typeof authority !== "string") throw bad("authority", "give text");
  const maxReceiveBytes = readSize(params, "maxReceiveSize");
  const maxSendBytes = readSize(params, "maxSendSize");
  return {
    address,
    tls: readFlag(params, "plaintext") ? undefined : readTls(vu, address, params.tls),
    userAgent: vu.settings.userAgent,
    timeoutMs: timeout === undefined ? CONNECT_TIMEOUT_MS : parseDuration(timeout as string),
    reflects: readFlag(params, "reflect"),
    reflectMetadata: readMetadata(params.reflectMetadata, "reflectMetadata"),
    ...(authority !== undefined && { authority }),
    ...(maxReceiveBytes && { maxReceiveBytes }),
    ...(maxSendBytes && { maxSendBytes }),
  };
}

function readFlag(params: Params, name: string): boolean {
  const value = params[name] ?? false;
  if (typeof value === "boolean") return value;
  throw bad(name, "give true or false");
}

/** 0 is the usual limit, as in k6. */
function readSize(params: Params, name: string): number {
  const value = params[name] ?? 0;
  if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
  throw bad(name, "give a whole number of bytes");
}

/** The script's own, or what the options say of the host. */
function readTls(vu: VuContext, address: string, given: unknown): GrpcTls {
  const { insecureSkipTlsVerify, tls } = vu.settings;
  const { tls: context } = sharedNetwork(vu);
  const usual = context.optionsFor(address.replace(/:\d+$/, ""), "", undefined);
  const shared: GrpcTls = {
    insecureSkipVerify: insecureSkipTlsVerify,
    ...(tls.minVersion && { minVersion: nodeVersions[tls.minVersion] }),
    ...(tls.maxVersion && { maxVersion: nodeVersions[tls.maxVersion] }),
    ...(usual.ciphers !== undefined && { ciphers: usual.ciphers }),
    ...(context.ca !== undefined && { ca: [context.ca] }),
  };
  if (given === undefined || given === null) {
    const { cert, key, passphrase } = usual;
    if (typeof cert !== "string" || typeof key !== "string") return shared;
    return { ...shared, cert, key, ...(passphrase !== undefined && { passphrase }) };
  }
  if (typeof given !== "object") throw bad("tls", "give cert, key, password and cacerts");
  return { ...shared, ...readOwnTls(given as Params) };
}

const nodeVersions = {
  "tls1.0": "TLSv1",
  "tls1.1": "TLSv1.1",
  "tls1.2": "TLSv1.2",
  "tls1.3": "TLSv1.3",
} as const;

function readOwnTls({ cert, key, password, cacerts }: Params): Partial<GrpcTls> {
  const authorities = cacerts === undefined || Array.isArray(cacerts) ? cacerts : [cacerts];
  for (const [name, value] of Object.entries({ cert, key, password })) {
    if (value !== undefined && typeof value !== "string") throw bad(`tls.${name}`, "give text");
  }
  if (authorities?.some((one: unknown) => typeof one !== "string")) {
    throw bad("tls.cacerts", "give PEM text, or an array of it");
  }
  return {
    ...(cert !== undefined && { cert: cert as string }),
    ...(key !== undefined && { key: key as string }),
    ...(password !== undefined && { passphrase: password as string }),
    ...(authorities !== undefined && { ca: authorities as string[] }),
  };
}

function bad(name: string, advice: string): TypeError {
  return new TypeError(`Cannot connect with the param "${name}": ${advice}`);
}
