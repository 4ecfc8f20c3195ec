/** How the text of a variable becomes an option's value. */
type Kind = "text" | "flag" | "list" | "stages" | "map";

/** The option that each of k6's variables sets. Numbers and durations are read as text anyway. */
const variables: Readonly<Record<string, readonly [option: string, kind: Kind]>> = {
  K6_PAUSED: ["paused", "flag"],
  K6_VUS: ["vus", "text"],
  K6_DURATION: ["duration", "text"],
  K6_ITERATIONS: ["iterations", "text"],
  K6_STAGES: ["stages", "stages"],
  K6_NO_SETUP: ["noSetup", "flag"],
  K6_SETUP_TIMEOUT: ["setupTimeout", "text"],
  K6_NO_TEARDOWN: ["noTeardown", "flag"],
  K6_TEARDOWN_TIMEOUT: ["teardownTimeout", "text"],
  K6_HANDLE_SUMMARY_TIMEOUT: ["handleSummaryTimeout", "text"],
  K6_RPS: ["rps", "text"],
  K6_DNS: ["dns", "text"],
  K6_MAX_REDIRECTS: ["maxRedirects", "text"],
  K6_USER_AGENT: ["userAgent", "text"],
  K6_BATCH: ["batch", "text"],
  K6_BATCH_PER_HOST: ["batchPerHost", "text"],
  K6_HTTP_DEBUG: ["httpDebug", "text"],
  K6_INSECURE_SKIP_TLS_VERIFY: ["insecureSkipTLSVerify", "flag"],
  K6_TLS_CIPHER_SUITES: ["tlsCipherSuites", "list"],
  K6_THROW: ["throw", "flag"],
  K6_BLACKLIST_IPS: ["blacklistIPs", "list"],
  K6_BLOCK_HOSTNAMES: ["blockHostnames", "list"],
  K6_NO_CONNECTION_REUSE: ["noConnectionReuse", "flag"],
  K6_NO_VU_CONNECTION_REUSE: ["noVUConnectionReuse", "flag"],
  K6_MIN_ITERATION_DURATION: ["minIterationDuration", "text"],
  K6_SUMMARY_TREND_STATS: ["summaryTrendStats", "list"],
  K6_SUMMARY_TIME_UNIT: ["summaryTimeUnit", "text"],
  K6_SYSTEM_TAGS: ["systemTags", "list"],
  K6_TAGS: ["tags", "map"],
  K6_METRIC_SAMPLES_BUFFER_SIZE: ["metricSamplesBufferSize", "text"],
  K6_NO_COOKIES_RESET: ["noCookiesReset", "flag"],
  K6_DISCARD_RESPONSE_BODIES: ["discardResponseBodies", "flag"],
  K6_CONSOLE_OUTPUT: ["consoleOutput", "text"],
  K6_LOCAL_IPS: ["localIPs", "text"],
  K6_FEATURES: ["features", "list"],
};

/**
 * The options that the environment sets, in the shape of `options` and not yet checked. An empty
 * variable sets nothing, as in k6.
 */
export function readEnvOptions(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const [variable, [option, kind]] of Object.entries(variables)) {
    const value = env[variable];
    if (value) options[option] = toValue(value, kind);
  }
  return options;
}

function toValue(value: string, kind: Kind): unknown {
  switch (kind) {
    case "text":
      return value;
    case "flag":
      return toFlagValue(value);
    case "list":
      return toList(value);
    case "stages":
      return toList(value).map((stage) => {
        const [duration, target] = stage.split(":");
        return { duration, target };
      });
    case "map":
      return Object.fromEntries(toList(value).map((pair) => cut(pair)));
  }
}

/** Go's words for the two; anything else is left for who checks it to name. */
function toFlagValue(value: string): unknown {
  if (/^(1|t|true)$/i.test(value)) return true;
  return /^(0|f|false)$/i.test(value) ? false : value;
}

function toList(value: string): readonly string[] {
  return value.split(",").map((each) => each.trim());
}

/** "name:value", as k6 has it; "name=value" as its flags have it. */
function cut(pair: string): [string, string] {
  const place = pair.search(/[:=]/);
  return place === -1 ? [pair, ""] : [pair.slice(0, place), pair.slice(place + 1)];
}
