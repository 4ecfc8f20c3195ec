import { systemClock } from "@breakwater/system-clock";
import { type ProxyOptions, parseProxyOptions } from "./options.ts";
import { Proxies, type ProxyView } from "./proxies.ts";
import { ProxyError } from "./proxy-error.ts";
import { startControl } from "./start-control.ts";

export interface RunProxyOptions extends Omit<ProxyOptions, "list"> {
  /** A file with a list of proxies in JSON. */
  readonly proxiesPath?: string | undefined;
  /** Gets a line for what the user should know. */
  readonly log?: (line: string) => void;
}

export interface RunningProxy extends AsyncDisposable {
  readonly proxies: readonly ProxyView[];
  /** Where the control API is, if it is. */
  readonly control: URL | undefined;
  readonly seed: number;
  /**
   * Takes no new connections, lets open ones finish within the grace, and resets the rest. Again
   * with a grace of 0, at once.
   */
  stop(options?: { readonly graceMs?: number | undefined }): Promise<void>;
}

const DEFAULT_GRACE_MS = 10_000;

/**
 * Starts the proxies: the slow network between any two ends. Throws ProxyError or
 * ServerError.
 */
export async function runProxy(options: RunProxyOptions = {}): Promise<RunningProxy> {
  const { proxiesPath, log = () => {} } = options;
  const list = proxiesPath === undefined ? undefined : await readList(proxiesPath);
  const settings = parseProxyOptions({ ...options, list }, anySeed);
  const { seed } = settings;
  const proxies = new Proxies({ clock: systemClock(), seed });
  await using opened = new AsyncDisposableStack();
  opened.defer(() => proxies.stop({ graceMs: 0 }));
  const views = settings.proxies.map((spec) => proxies.add(spec));
  const control = startControl(settings.control, proxies, log);
  if (control === undefined && views.length === 0) {
    const hint = "name --listen and --upstream, or another port by --control";
    throw new ProxyError("bad_option", `Cannot run with neither proxy nor control: ${hint}`);
  }
  opened.move();
  const stop = async (grace: { readonly graceMs?: number | undefined } = {}): Promise<void> => {
    await proxies.stop({ graceMs: grace.graceMs ?? DEFAULT_GRACE_MS });
    await control?.stop({ graceMs: 0 });
  };
  const cut = () => stop({ graceMs: 0 });
  return { proxies: views, control: control?.url, seed, stop, [Symbol.asyncDispose]: cut };
}

async function readList(path: string): Promise<unknown> {
  try {
    return await Bun.file(path).json();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const hint = "name a readable file with a JSON list of proxies";
    throw new ProxyError("bad_option", `Cannot read proxies from "${path}" (${why}): ${hint}`, {
      cause,
    });
  }
}

/** A seed that nobody chose; it is told, so that a run can be had again. */
function anySeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}
