import { parseDuration } from "@breakwater/units";
import { cut } from "./source-line.ts";

/** How the url source asks for a secret (load.md 1.10). */
export interface UrlConfig {
  /** With `{key}` where the key goes. */
  readonly urlTemplate: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** As of res.json(); "" when the whole body is the secret. */
  readonly responsePath: string;
  readonly timeoutMs: number;
  readonly maxRetries: number;
  readonly retryBackoffMs: number;
  readonly requestsPerMinuteLimit: number;
  readonly requestsBurst: number;
}

/** Everything is text until it is read in the end; headers come as a whole from one place. */
type Given = Readonly<Record<string, string>> & { readonly headers?: never };

interface Layer {
  readonly settings: Given;
  readonly headers: Readonly<Record<string, string>> | undefined;
}

const defaults: Given = {
  urlTemplate: "",
  method: "GET",
  responsePath: "",
  timeout: "30s",
  maxRetries: "3",
  retryBackoff: "1s",
  requestsPerMinuteLimit: "300",
  requestsBurst: "10",
};

/**
 * `config` is `key=value` pairs, of which `config=path` names a file of JSON. What stands there
 * goes before the file's, and that before the environment's. Throws an Error.
 */
export function readUrlConfig(
  config: string,
  env: Readonly<Record<string, string | undefined>>,
  readFile: (path: string) => string,
): UrlConfig {
  const inline = inlineLayer(config);
  const file = inline.path === undefined ? undefined : fileLayer(readFile(inline.path));
  const layers = [envLayer(env), file, inline].filter((layer) => layer !== undefined);
  const settings: Given = Object.assign({}, defaults, ...layers.map((layer) => layer.settings));
  const headers = layers.findLast((layer) => layer.headers !== undefined)?.headers ?? {};
  return {
    urlTemplate: readTemplate(settings.urlTemplate!),
    method: settings.method!,
    headers,
    responsePath: settings.responsePath!,
    timeoutMs: readMs("timeout", settings.timeout!),
    maxRetries: readCount("maxRetries", settings.maxRetries!, 0),
    retryBackoffMs: readMs("retryBackoff", settings.retryBackoff!),
    requestsPerMinuteLimit: readCount(
      "requestsPerMinuteLimit",
      settings.requestsPerMinuteLimit!,
      1,
    ),
    requestsBurst: readCount("requestsBurst", settings.requestsBurst!, 1),
  };
}

const HEADER = "headers.";

function inlineLayer(config: string): Layer & { readonly path: string | undefined } {
  const settings: Record<string, string> = {};
  let headers: Record<string, string> | undefined;
  let path: string | undefined;
  for (const part of config === "" ? [] : config.split(",")) {
    const [key, value] = cut(part);
    if (value === undefined) throw new Error(`"${part}" has no "="; give key=value`);
    if (key === "config") path = value;
    else if (key.startsWith(HEADER)) {
      headers = { ...headers, [key.slice(HEADER.length)]: value };
    } else if (Object.hasOwn(defaults, key)) settings[key] = value;
    else {
      const known = [...Object.keys(defaults), "headers.NAME", "config"].join(", ");
      throw new Error(`it has no setting "${key}"; give ${known}`);
    }
  }
  return { settings, headers, path };
}

function fileLayer(text: string): Layer {
  const file: unknown = JSON.parse(text);
  if (typeof file !== "object" || file === null) throw new Error("its file is no JSON object");
  const given = file as Readonly<Record<string, unknown>>;
  const settings = Object.keys(defaults)
    .filter((key) => given[key] !== undefined && given[key] !== null)
    .map((key) => [key, String(given[key])]);
  return { settings: Object.fromEntries(settings), headers: readHeaders(given.headers) };
}

function readHeaders(given: unknown): Readonly<Record<string, string>> | undefined {
  if (given === undefined || given === null) return undefined;
  const entries = Object.entries(given).map(([name, value]) => [name, String(value)]);
  return Object.fromEntries(entries);
}

const PREFIX = "K6_SECRET_SOURCE_URL_";
const HEADER_PREFIX = `${PREFIX}HEADER_`;

function envLayer(env: Readonly<Record<string, string | undefined>>): Layer {
  const settings: Record<string, string> = {};
  for (const key of Object.keys(defaults)) {
    const value = env[PREFIX + key.replace(/[A-Z]/g, "_$&").toUpperCase()];
    if (value) settings[key] = value;
  }
  const headers = Object.entries(env)
    .filter(([name]) => name.startsWith(HEADER_PREFIX))
    .map(([name, value]) => [name.slice(HEADER_PREFIX.length), value ?? ""]);
  return { settings, headers: headers.length > 0 ? Object.fromEntries(headers) : undefined };
}

function readTemplate(template: string): string {
  const example = "https://host/secrets/{key}";
  if (!template.includes("{key}") || !URL.canParse(template.replaceAll("{key}", "key"))) {
    throw new Error(`urlTemplate "${template}" is no absolute URL with {key}; give ${example}`);
  }
  return template;
}

function readMs(name: string, text: string): number {
  const ms = parseDuration(text);
  if (ms > 0) return ms;
  throw new Error(`${name} ${text} is too short; give more than 0`);
}

function readCount(name: string, text: string, least: number): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= least) return count;
  throw new Error(`${name} ${text} does not do; give a whole number from ${least}`);
}
