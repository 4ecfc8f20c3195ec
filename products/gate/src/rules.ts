import type { ReceivedRequest } from "@breakwater/http-server";

/** What is said of the requests that it fits. */
export interface Rule {
  readonly match: Match;
  /** Past the limiter, and never shed: health checks. */
  readonly bypass?: boolean | undefined;
  /** 0 is the most important, 9 the least. */
  readonly priority?: number | undefined;
  readonly partition?: string | undefined;
  /** Counts until its answer begins: long polling, server-sent events, big downloads. */
  readonly stream?: boolean | undefined;
}

/** All that is named must fit. */
export interface Match {
  readonly method?: string | undefined;
  /** As sent: "/health", or "/api/*" for whatever begins with "/api/". */
  readonly path?: string | undefined;
  readonly header?: HeaderMatch | undefined;
}

export interface HeaderMatch {
  /** In lower case. */
  readonly name: string;
  /** Undefined: whatever it says. */
  readonly value: string | undefined;
}

/** How a request is treated. */
export interface Treatment {
  readonly bypass: boolean;
  readonly stream: boolean;
  readonly priority: number | undefined;
  readonly partition: string | undefined;
}

export const priorityLevels = 10;
export const usualPriority = 5;

/**
 * Says how each request is treated: in each respect as the first rule says that fits and says
 * anything of it.
 *
 * Hot path: once per request. Without rules it costs nothing.
 */
export function rulebook(rules: readonly Rule[]): (request: ReceivedRequest) => Treatment {
  if (rules.length === 0) return () => usual;
  const compiled = rules.map(({ match, ...said }) => ({ fits: matcher(match), said }));
  return (request) => {
    let treatment = usual;
    for (const { fits, said } of compiled) {
      if (fits(request)) treatment = add(treatment, said);
    }
    return treatment;
  };
}

/** Which of the rules' paths one is, the first that fits: few, so good for a label; or "other". */
export function pathLabels(rules: readonly Rule[]): (path: string) => string {
  const patterns = new Set(rules.flatMap(({ match: { path } }) => path ?? []));
  const compiled = [...patterns].map((pattern) => ({ pattern, fits: pathMatcher(pattern) }));
  return (path) => {
    for (const { pattern, fits } of compiled) if (fits(path)) return pattern;
    return "other";
  };
}

const usual: Treatment = {
  bypass: false,
  stream: false,
  priority: undefined,
  partition: undefined,
};

function add(before: Treatment, said: Omit<Rule, "match">): Treatment {
  return {
    bypass: before.bypass || (said.bypass ?? false),
    stream: before.stream || (said.stream ?? false),
    priority: before.priority ?? said.priority,
    partition: before.partition ?? said.partition,
  };
}

function matcher({ method, path, header }: Match): (request: ReceivedRequest) => boolean {
  const fitsPath = path === undefined ? undefined : pathMatcher(path);
  return (request) => {
    if (method !== undefined && request.method !== method) return false;
    if (fitsPath !== undefined && !fitsPath(request.path)) return false;
    if (header === undefined) return true;
    const sent = request.header(header.name);
    return sent !== undefined && (header.value === undefined || sent === header.value);
  };
}

function pathMatcher(pattern: string): (path: string) => boolean {
  if (!pattern.endsWith("*")) return (path) => path === pattern;
  const start = pattern.slice(0, -1);
  return (path) => path.startsWith(start) && !ambiguous.test(path);
}

/**
 * Ways to write a path that the service may read as another: "/public/../admin". No rule for a
 * whole folder holds for them, or anybody could walk out of one that bypasses the limit.
 */
const ambiguous = /\/\.{1,2}(?:[/;]|$)|\/\/|%2e|%2f|%5c|\\/i;

/** Reads "/path", "POST /path/*", "header:name", "header:name=value", or several joined by " ". */
export function tryParseMatch(text: string): Match | undefined {
  const match: { method?: string; path?: string; header?: HeaderMatch } = {};
  for (const part of text.trim().split(/\s+/)) {
    const [, name, value] = /^header:([\w!#$%&'*+.^`|~-]+)(?:=(.+))?$/.exec(part) ?? [];
    if (name !== undefined && match.header === undefined) {
      match.header = { name: name.toLowerCase(), value };
    } else if (isPathPattern(part) && match.path === undefined) match.path = part;
    else if (/^[A-Z]+$/.test(part) && match.method === undefined) match.method = part;
    else return undefined;
  }
  return match;
}

export const matchForms: string = '"/path", "/folder/*", "POST /path" or "header:x-tier=gold"';

/** "*" only at the end, so that what a rule fits can be seen at once. */
function isPathPattern(text: string): boolean {
  return /^\/[^\s*?#]*\*?$/.test(text);
}
