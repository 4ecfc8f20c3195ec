import { AdmissionError } from "@breakwater/admission";
import { UpstreamError } from "@breakwater/upstream";
import { readConfigFile } from "./config-file.ts";
import type { Fields } from "./field-reader.ts";
import type { Gate } from "./gate.ts";
import { GateError } from "./gate-error.ts";
import type { ReloadStatus } from "./gate-status.ts";
import { type GateSettings, type ListeningSettings, parseGateOptions } from "./options.ts";

export interface SettingsSource {
  /** By the flags' names, as text or values; over those of the file. */
  readonly fields: Fields;
  /** A file in YAML or JSON with more of them, which a reload reads again. */
  readonly configPath?: string | undefined;
}

/** Reading the settings again while the gate runs, and what came of it. */
export class Reloads {
  readonly #gate: Gate;
  readonly #source: SettingsSource;
  readonly #listening: ListeningSettings;
  status: ReloadStatus = { count: 0, refused: undefined };

  constructor(gate: Gate, source: SettingsSource, listening: ListeningSettings) {
    this.#gate = gate;
    this.#source = source;
    this.#listening = listening;
  }

  /** Throws a GateError, and then nothing has changed. */
  run(): void {
    const { count } = this.status;
    try {
      this.#load();
      this.status = { count: count + 1, refused: undefined };
    } catch (error) {
      if (error instanceof GateError) this.status = { count, refused: error.message };
      throw error;
    }
  }

  #load(): void {
    if (this.#source.configPath === undefined) {
      const hint = "start the gate with --config FILE";
      throw new GateError("cannot_reload", `Cannot reload without a file of settings: ${hint}`);
    }
    const { listening, policy } = readSettings(this.#source);
    const changed = changedFields(this.#listening, listening);
    if (changed.length > 0) {
      const names = changed.join(", ");
      const message = `Cannot change ${names} while the gate runs: start it anew for that`;
      throw new GateError("cannot_reload", message);
    }
    asGateError(() => this.#gate.reload(policy));
  }
}

/** By the names of their flags. */
function changedFields(before: ListeningSettings, now: ListeningSettings): readonly string[] {
  const names = Object.keys(flagOf) as (keyof ListeningSettings)[];
  return names
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(now[name]))
    .map((name) => flagOf[name]);
}

const flagOf: Readonly<Record<keyof ListeningSettings, string>> = {
  hostname: "host",
  port: "port",
  tls: "tls-cert or tls-key",
  http3: "http3",
  metricsPort: "metrics-port",
  metricsHost: "metrics-host",
  maxClients: "max-clients",
  maxBodyBytes: "max-body",
  idleTimeoutMs: "idle-timeout",
  drainDelayMs: "drain-delay",
  graceMs: "shutdown-timeout",
  trustedProxies: "trust-proxy",
  accessLog: "access-log",
};

/** The file's settings under the user's own. Throws a GateError. */
export function readSettings({ fields, configPath }: SettingsSource): GateSettings {
  const file = configPath === undefined ? {} : readConfigFile(configPath);
  const said = Object.entries(fields).filter(([, value]) => value !== undefined);
  return parseGateOptions({ ...file, ...Object.fromEntries(said) });
}

/** Makes what may find wrong what the options did not. */
export function asGateError<Value>(make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof AdmissionError || error instanceof UpstreamError)) throw error;
    throw new GateError("bad_option", error.message, { cause: error });
  }
}
