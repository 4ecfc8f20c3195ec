import { expect, test } from "bun:test";
import { findPostgres, postgresServer } from "../../io/database/src/testing/postgres-server.ts";
import { hasRedis, testRedis } from "../../io/redis/src/testing/redis-server.ts";
import { type ApiProcess, startApi } from "./api-process.ts";

const programs = findPostgres();
const credentials = JSON.stringify({ username: "demo", password: "demo" });

async function logIn({ url }: ApiProcess): Promise<Readonly<Record<string, string>>> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${url}/api/auth/login`, {
    method: "POST",
    headers,
    body: credentials,
  });
  const { token } = (await answer.json()) as { readonly token: string };
  // As a balancer passes it on: answers are kept by host.
  return { host: "api.test", authorization: `Bearer ${token}` };
}

async function listUsers({ url }: ApiProcess, headers: Readonly<Record<string, string>>) {
  const answer = await fetch(`${url}/api/users`, { headers });
  const { users } = (await answer.json()) as { readonly users: readonly { username: string }[] };
  return { names: users.map(({ username }) => username), answer };
}

test.skipIf(!hasRedis || programs === undefined)(
  "instances share users, tokens, the cache and limits, and go on when Redis is gone",
  async () => {
    await using redis = await testRedis();
    await using postgres = await postgresServer(programs ?? "");
    const shared = [
      ...["--redis-url", redis.url, "--database-url", postgres.url],
      ...["--jwt-secret", "a secret of at least 32 characters", "--login-rate-limit", "2/min"],
    ];
    await using one = await startApi(...shared);
    await using other = await startApi(...shared);
    const headers = await logIn(one);
    const first = await listUsers(one, headers);
    const again = await listUsers(other, headers);
    const added = await fetch(`${other.url}/api/users`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify({ username: "ann", name: "Ann", password: "long enough" }),
    });
    const after = await listUsers(one, headers);
    expect(first.names).toEqual(["demo", "admin"]);
    expect([first, again, after].map(({ answer }) => answer.headers.get("x-cache"))).toEqual([
      "MISS",
      "HIT",
      "MISS",
    ]);
    expect([added.status, after.names]).toEqual([201, ["demo", "admin", "ann"]]);

    const tries = [other, one, other].map(({ url }) =>
      fetch(`${url}/api/auth/login`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: credentials,
      }),
    );
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 429, 429]);

    await redis.kill();
    const alone = await listUsers(one, headers);
    const ready = await fetch(`${one.url}/ready`);
    expect([alone.answer.status, alone.names]).toEqual([200, ["demo", "admin", "ann"]]);
    expect(await ready.json()).toMatchObject({
      ready: true,
      checks: { redis: { status: "down" } },
    });

    await postgres.crash();
    const without = await fetch(`${one.url}/api/users/x`, { headers });
    expect([without.status, without.headers.get("retry-after")]).toEqual([503, "1"]);
  },
);
