import type { Server } from "bun";

/** What came, as the echo server saw it. */
export interface Echo {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Answers with what it was asked, as JSON, unless a path of its own says otherwise. */
export function echoServer(
  routes: Readonly<Record<string, (request: Request) => Response | Promise<Response>>> = {},
): Server<undefined> {
  return Bun.serve({ port: 0, hostname: "127.0.0.1", routes, fetch: echo });
}

export async function echo(request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  return Response.json({
    method: request.method,
    path: pathname + search,
    headers: Object.fromEntries(request.headers),
    body: await request.text(),
  } satisfies Echo);
}

/** A redirect as a handler. */
export function to(location: string, status = 302, headers: Record<string, string> = {}) {
  return (): Response => new Response(null, { status, headers: { location, ...headers } });
}
