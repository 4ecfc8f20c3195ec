import { createHash } from "node:crypto";

/** /basic-auth/USER/PASSWORD (RFC 7617). */
export function basicAuth(
  { headers }: Request,
  [user = "", password = ""]: readonly string[],
): Response {
  const wanted = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  if (headers.get("authorization") === wanted) return Response.json({ authenticated: true, user });
  return refuse('Basic realm="Fake Realm"');
}

export function bearer({ headers }: Request): Response {
  const [, token] = /^Bearer (.+)$/.exec(headers.get("authorization") ?? "") ?? [];
  if (token === undefined) return refuse("Bearer");
  return Response.json({ authenticated: true, token });
}

const nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c0";
const realm = "me@kennethreitz.com";

/** /digest-auth/auth/USER/PASSWORD (RFC 7616, MD5, qop auth). */
export function digestAuth(request: Request, path: readonly string[]): Response {
  const [, user = "", password = ""] = path;
  const given = request.headers.get("authorization") ?? "";
  const challenge = `Digest realm="${realm}", nonce="${nonce}", qop="auth", opaque="f00d", algorithm=MD5`;
  if (!given.startsWith("Digest ")) return refuse(challenge);
  const fields = Object.fromEntries(
    [...given.matchAll(/(\w+)="?([^",]+)"?/g)].map(([, name, value]) => [name, value]),
  ) as Record<string, string>;
  const ha1 = md5(`${user}:${realm}:${password}`);
  const ha2 = md5(`${request.method}:${fields.uri}`);
  const { nc, cnonce, qop, response, username } = fields;
  const wanted = md5([ha1, nonce, nc, cnonce, qop, ha2].join(":"));
  if (username !== user || response !== wanted) return refuse(challenge);
  return Response.json({ authenticated: true, user });
}

function refuse(challenge: string): Response {
  return new Response(null, { status: 401, headers: { "WWW-Authenticate": challenge } });
}

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}
