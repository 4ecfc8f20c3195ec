import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { protoFolder, type TestServer, testServer } from "@breakwater/grpc-client/testing";
import { systemClock } from "@breakwater/system-clock";
import { caught, messageOf, type TestUser, testUser } from "../../vu/testing/test-user.ts";
import type { Client } from "./client.ts";
import { grpcModule } from "./grpc-module.ts";
import type { Stream } from "./stream.ts";

interface Api {
  readonly Client: new () => Client;
  readonly Stream: new (...values: readonly unknown[]) => Stream;
  readonly StatusNotFound: number;
}

const newUser = (): TestUser => testUser({ clock: systemClock() });

/** The module, and a client that has loaded everything.proto. */
async function load(vu: TestUser): Promise<{ api: Api; client: Client }> {
  const create = await grpcModule.load();
  const api = create(vu.user) as Api;
  const client = new api.Client();
  client.load([protoFolder], "everything.proto");
  return { api, client };
}

const echo = "everything.v1.Everything/Echo";

test("load() tells of the methods, and reads the files once for all clients", async () => {
  using vu = newUser();
  const { api } = await load(vu);
  const methods = new api.Client().load([`file://${protoFolder}`], "everything.proto");
  expect(methods).toHaveLength(4);
  expect(methods[1]).toEqual({
    package: "everything.v1",
    service: "Everything",
    full_method: "/everything.v1.Everything/Count",
    name: "Count",
    is_client_stream: false,
    is_server_stream: true,
  });
});

test("a unary call gives k6's response, and is measured", async () => {
  using server = await testServer();
  using vu = newUser();
  const { client } = await load(vu);
  const response = await vu.inside(async () => {
    expect(await client.connect(server.address, { plaintext: true })).toBe(true);
    const params = { metadata: { own: "yes" }, tags: { kind: "test" }, timeout: "5s" };
    return await client.invoke(`/${echo}`, { aString: "hi", anInt64: "7", maybe: 0 }, params);
  });
  expect(response).toMatchObject({ status: 0, error: null, trailers: { last: ["word"] } });
  expect(response.message).toMatchObject({ aString: "hi", anInt64: "7", maybe: 0, numbers: [] });
  expect(Object.keys(response)).toEqual(["message", "error", "headers", "trailers", "status"]);
  expect(server.seen[0]?.get("own")).toEqual(["yes"]);
  const [sample] = vu.samples.filter(({ name }) => name === "grpc_req_duration");
  expect(sample?.tags).toEqual({
    url: `${server.address}/${echo}`,
    service: "everything.v1.Everything",
    method: "Echo",
    name: `/${echo}`,
    status: "0",
    kind: "test",
    group: "",
    scenario: "any",
  });
  expect(vu.values("data_sent")[0]).toBeGreaterThan(5);
});

test("a call that fails is a response with its status and error", async () => {
  using server = await testServer();
  using vu = newUser();
  const { client, api } = await load(vu);
  const [failed, late, discarded] = await vu.inside(async () => {
    await client.connect(server.address, { plaintext: true });
    return [
      await client.invoke(echo, { aString: "details" }),
      await client.invoke(echo, { aString: "slow" }, { timeout: 30 }),
      await client.invoke(echo, {}, { discardResponseMessage: true }),
    ] as const;
  });
  expect(failed.status).toBe(api.StatusNotFound);
  expect(failed.message).toMatchObject({ aString: "" });
  expect(failed.error).toEqual({
    code: 5,
    message: "not hère",
    details: [
      { "@type": "type.googleapis.com/everything.v1.Range", from: 4, to: 0 },
      { "@type": "type.googleapis.com/unknown.Thing", value: "AQ==" },
    ],
  });
  expect(late.status).toBe(4);
  expect([discarded.status, discarded.message]).toEqual([0, null]);
  const statuses = vu.samples
    .filter(({ name }) => name === "grpc_req_duration")
    .map(({ tags }) => tags.status);
  expect(statuses).toEqual(["5", "4", "0"]);
});

test("the connection stays for the next iteration, until it is closed", async () => {
  using server = await testServer();
  using vu = newUser();
  const { client } = await load(vu);
  await vu.inside(() => client.connect(server.address, { plaintext: true }));
  const { status } = await vu.inside(() => client.invoke(echo, {}));
  expect(status).toBe(0);
  const error = await caught(
    vu.inside(() => {
      client.close();
      return client.invoke(echo, {});
    }),
  );
  expect(messageOf(error)).toBe(
    "Cannot call a gRPC method without a connection: call connect() first",
  );
});

test("asyncInvoke() lets the script go on and keeps the iteration", async () => {
  using server = await testServer();
  using vu = newUser();
  const { client } = await load(vu);
  const seen: unknown[] = [];
  await vu.iterate(async () => {
    await client.connect(server.address, { plaintext: true });
    void client.asyncInvoke(echo, { aString: "later" }).then(({ message }) => {
      seen.push((message as { aString: string }).aString);
    });
    seen.push("first");
  });
  expect(seen).toEqual(["first", "later"]);
});

test("reflection stands in for files", async () => {
  using server = await testServer({ reflection: ["v1alpha"] });
  using vu = newUser();
  const create = await grpcModule.load();
  const client = new (create(vu.user) as Api).Client();
  const { message } = await vu.inside(async () => {
    await client.connect(server.address, { plaintext: true, reflect: true });
    return await client.invoke(echo, { color: "COLOR_BLUE" });
  });
  expect(message).toMatchObject({ color: "COLOR_BLUE" });
});

test("a protoset stands in for files", async () => {
  using server = await testServer();
  using vu = newUser();
  const create = await grpcModule.load();
  const client = new (create(vu.user) as Api).Client();
  client.loadProtoset(join(protoFolder, "all.protoset"));
  const { message } = await vu.inside(async () => {
    await client.connect(server.address, { plaintext: true });
    return await client.invoke(echo, { aBool: true });
  });
  expect(message).toMatchObject({ aBool: true });
});

test("healthCheck() gives the status, and throws where there is none", async () => {
  using server = await testServer();
  using vu = newUser();
  const { client } = await load(vu);
  const [whole, down, error] = await vu.inside(async () => {
    await client.connect(server.address, { plaintext: true });
    const gone = await caught(client.healthCheck("gone"));
    return [await client.healthCheck(), await client.healthCheck("down"), gone] as const;
  });
  expect([whole, down]).toEqual([{ status: 1 }, { status: 2 }]);
  expect(messageOf(error)).toBe(
    `Cannot check the health of ${server.address}: unknown service (status 5)`,
  );
});

test("an interrupted call ends at once and is not measured", async () => {
  using server = await testServer();
  using vu = newUser();
  const { client } = await load(vu);
  await vu.inside(() => client.connect(server.address, { plaintext: true }));
  const outcome = vu.iterate(() => client.invoke(echo, { aString: "slow" }));
  vu.user.interrupt();
  expect(await outcome).toBe("interrupted");
  expect(vu.values("grpc_req_duration")).toEqual([]);
});

describe("a stream", () => {
  /** One iteration that streams; what came, a line each. */
  async function stream(
    server: TestServer,
    vu: TestUser,
    name: string,
    run: (stream: Stream, client: Client) => unknown,
  ): Promise<string[]> {
    const { client, api } = await load(vu);
    const seen: string[] = [];
    await vu.iterate(async () => {
      await client.connect(server.address, { plaintext: true });
      const opened = new api.Stream(client, `everything.v1.Everything/${name}`);
      opened.on("data", (message: { value?: number; aString?: string }, metadata: object) => {
        seen.push(`data ${message.value ?? message.aString} ${Object.keys(metadata)}`);
      });
      opened.on("error", ({ code, message }: { code: number; message: string }) => {
        seen.push(`error ${code} ${message}`);
      });
      opened.on("end", () => seen.push("end"));
      await run(opened, client);
      seen.push("function is done");
    });
    return seen;
  }

  test("of the server's is told when the function is done, even if it calls meanwhile", async () => {
    using server = await testServer();
    using vu = newUser();
    const seen = await stream(server, vu, "Count", async (opened, client) => {
      opened.write({ from: 1, to: 3 });
      await client.healthCheck();
      await client.healthCheck();
    });
    expect(seen).toEqual(["function is done", "data 1 ts", "data 2 ts", "end"]);
    expect(vu.values("grpc_streams")).toEqual([1]);
    expect(vu.values("grpc_streams_msgs_sent")).toEqual([1]);
    expect(vu.values("grpc_streams_msgs_received")).toEqual([1, 1]);
    const durations = vu.samples.filter(({ name }) => name === "grpc_req_duration");
    expect(durations.map(({ tags }) => tags.method)).toContain("Count");
  });

  test("of the client's is answered when it ends", async () => {
    using server = await testServer();
    using vu = newUser();
    const seen = await stream(server, vu, "Sum", (opened) => {
      for (const value of [1, 2, 3]) opened.write({ value });
      opened.end();
      opened.write({ value: 100 });
    });
    expect(seen).toEqual(["function is done", "data 6 ts", "end"]);
    expect(vu.values("grpc_streams_msgs_sent")).toEqual([1, 1, 1]);
  });

  test("of both answers while it is written to", async () => {
    using server = await testServer();
    using vu = newUser();
    const seen = await stream(server, vu, "Mirror", (opened) => {
      let count = 0;
      opened.on("data", () => {
        count += 1;
        if (count < 3) opened.write({ aString: String(count) });
        else opened.end();
      });
      opened.write({ aString: "0" });
    });
    expect(seen).toEqual(["function is done", "data 0 ts", "data 1 ts", "data 2 ts", "end"]);
  });

  test("that fails tells the error and then the end", async () => {
    using server = await testServer();
    using vu = newUser();
    const seen = await stream(server, vu, "Count", (opened) => opened.write({ from: 2, to: 1 }));
    expect(seen).toEqual(["function is done", "error 11 backwards", "end"]);
  });

  test("that is given what does not fit tells so and ends", async () => {
    using server = await testServer();
    using vu = newUser();
    const seen = await stream(server, vu, "Mirror", (opened) => opened.write({ nope: 1 }));
    expect(seen).toEqual([
      "function is done",
      expect.stringContaining(
        "error 2 Cannot set nope: everything.v1.Everything_ has no such field",
      ),
      "end",
    ]);
  });

  test("with many messages loses none, however slow the script is", async () => {
    using server = await testServer();
    using vu = newUser();
    const seen = await stream(server, vu, "Count", (opened, client) => {
      let count = 0;
      opened.on("data", async () => {
        count += 1;
        if (count % 1000 === 0) await client.healthCheck();
      });
      opened.write({ from: 0, to: 4000 });
    });
    expect(seen).toHaveLength(4002);
    expect(seen.at(-2)).toBe("data 3999 ts");
  });

  test("ends with its iteration when that is interrupted", async () => {
    using server = await testServer();
    using vu = newUser();
    const { client, api } = await load(vu);
    const seen: string[] = [];
    await vu.inside(() => client.connect(server.address, { plaintext: true }));
    const outcome = vu.iterate(() => {
      const opened = new api.Stream(client, "everything.v1.Everything/Mirror");
      opened.on("error", () => seen.push("error"));
      opened.on("end", () => seen.push("end"));
    });
    vu.user.interrupt();
    expect(await outcome).toBe("interrupted");
    expect(seen).toEqual([]);
  });
});

test.each([
  [{ nope: 1 }, 'Cannot connect with the param "nope": known are plaintext, reflect, reflectMetad'],
  [{ plaintext: "yes" }, 'Cannot connect with the param "plaintext": give true or false'],
  [
    { maxSendSize: -1 },
    'Cannot connect with the param "maxSendSize": give a whole number of bytes',
  ],
  [{ authority: 1 }, 'Cannot connect with the param "authority": give text'],
  [{ tls: { cert: 1 } }, 'Cannot connect with the param "tls.cert": give text'],
  [{ tls: { cacerts: [1] } }, 'Cannot connect with the param "tls.cacerts": give PEM text'],
  [{ reflectMetadata: { "a-bin": "x" } }, 'Cannot use the value of "a-bin" in "reflectMetadata"'],
])("connect() with %j is refused", async (params, message) => {
  using vu = newUser();
  const { client } = await load(vu);
  const error = await caught(vu.inside(() => client.connect("127.0.0.1:1", params)));
  expect(messageOf(error)).toStartWith(message);
});

test("a server that is not there makes connect() throw", async () => {
  using vu = newUser();
  const { client } = await load(vu);
  const error = await caught(vu.inside(() => client.connect("127.0.0.1:1", { plaintext: true })));
  expect(messageOf(error)).toStartWith("Cannot connect to 127.0.0.1:1: ");
});

test.each([
  [
    ["Nope", {}],
    "Cannot call /Nope: no such method was loaded; use load(), loadProtoset() or refl",
  ],
  [[echo], `Cannot call /${echo} without a request: give an object`],
  [[echo, { aString: 1 }], "Cannot use 1 as aString: give text"],
  [[echo, {}, { nope: 1 }], 'Cannot call with the param "nope": known are metadata, tags, timeout'],
  [[echo, {}, { metadata: { a: 1 } }], 'Cannot use the value of "a" in "metadata": give text'],
])("invoke(...%j) is refused", async (values, message) => {
  using server = await testServer();
  using vu = newUser();
  const { client } = await load(vu);
  const [method, request, params] = values;
  const error = await caught(
    vu.inside(async () => {
      await client.connect(server.address, { plaintext: true });
      return await client.invoke(method, request, params);
    }),
  );
  expect(messageOf(error)).toStartWith(message);
});

test("files are loaded at the top level alone, and calls made in functions alone", async () => {
  using vu = newUser();
  const { client } = await load(vu);
  expect(() => client.connect("127.0.0.1:1")).toThrow("Cannot connect to a gRPC server: ");
  const error = await caught(vu.inside(() => client.load([protoFolder], "everything.proto")));
  expect(messageOf(error)).toStartWith("Cannot load .proto files now");
});

test("hosts and blocked addresses count for gRPC too", async () => {
  using server = await testServer();
  const [, port] = server.address.split(":");
  const settings = { hosts: { "api.test": "127.0.0.1" }, blacklistIps: ["127.0.0.0/8"] };
  using allowed = testUser({ clock: systemClock(), settings: { hosts: settings.hosts } });
  using blocked = testUser({ clock: systemClock(), settings });
  const connect = async (vu: TestUser): Promise<boolean> => {
    const { client } = await load(vu);
    return await vu.inside(() => client.connect(`api.test:${port}`, { plaintext: true }));
  };
  expect(await connect(allowed)).toBe(true);
  expect(messageOf(await caught(connect(blocked)))).toContain("is in blacklistIPs");
});
