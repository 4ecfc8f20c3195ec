/**
 * Which pages may use the bridge, by their Origin; what is no page says none, and may. Without a
 * list all may that bring the token; where there is no token, only pages of this machine: else any
 * page that somebody visits could speak to the agents here.
 */
export function originCheck(options: {
  readonly origins: readonly string[] | undefined;
  readonly hasToken: boolean;
}): (origin: string | undefined) => boolean {
  const { origins, hasToken } = options;
  if (origins?.includes("*") || (origins === undefined && hasToken)) return () => true;
  const allowed = new Set(origins);
  return (origin) =>
    origin === undefined || (origins === undefined ? isLocal(origin) : allowed.has(origin));
}

const isLocal = (origin: string): boolean =>
  /^https?:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/.test(origin);

/**
 * Whether a request names this machine. A page may have a name of its own lead here (DNS
 * rebinding): what it asks for is of its own origin then, which a GET does not tell.
 */
export const isLocalHost = (host: string): boolean =>
  /^(([a-z0-9-]+\.)*localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i.test(host);
