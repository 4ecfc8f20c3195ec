import { expect, test } from "bun:test";
import { k6Script } from "../testing/k6-script.ts";
import { authenticateMessage, negotiateMessage, ntlmV2Key, tryReadChallenge } from "./ntlm.ts";

const utf16 = (text: string) => Buffer.from(text, "utf16le");

/** An AV_PAIR (MS-NLMP 2.2.2.1). */
function pair(id: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(id, 0);
  head.writeUInt16LE(value.length, 2);
  return Buffer.concat([head, value]);
}

/** What the example of MS-NLMP 4.2.4 says of the target. */
const exampleTarget = Buffer.concat([
  pair(2, utf16("Domain")),
  pair(1, utf16("Server")),
  pair(0, Buffer.alloc(0)),
]);

function challengeMessage(targetInfo: Buffer): Buffer {
  const head = Buffer.alloc(48);
  head.write("NTLMSSP\0", "latin1");
  head.writeUInt32LE(2, 8);
  head.writeUInt32LE(0xa0888205, 20);
  Buffer.from("0123456789abcdef", "hex").copy(head, 24);
  head.writeUInt16LE(targetInfo.length, 40);
  head.writeUInt16LE(targetInfo.length, 42);
  head.writeUInt32LE(48, 44);
  return Buffer.concat([head, targetInfo]);
}

/** A field of the AUTHENTICATE_MESSAGE: 0 LM, 1 NT, 2 domain, 3 user. */
function fieldOf(message: Buffer, index: number): Buffer {
  const at = 12 + index * 8;
  const offset = message.readUInt32LE(at + 4);
  return message.subarray(offset, offset + message.readUInt16LE(at));
}

const year1601 = -11_644_473_600_000;
const answer = {
  username: "Domain\\User",
  password: "Password",
  clientChallenge: Buffer.alloc(8, 0xaa),
  nowMs: year1601,
};

test("MS-NLMP 4.2.4.1.1: the key of NTLMv2", () => {
  const key = ntlmV2Key({ user: "User", domain: "Domain", password: "Password" });
  expect(key.toString("hex")).toBe("0c868a403bfd7a93a3001ef22ef02e3f");
});

test("MS-NLMP 4.2.4.2: the responses", () => {
  const challenge = tryReadChallenge(challengeMessage(exampleTarget))!;
  const message = authenticateMessage(challenge, answer);
  expect(fieldOf(message, 0).toString("hex")).toBe(
    "86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa",
  );
  expect(fieldOf(message, 1).subarray(0, 16).toString("hex")).toBe(
    "68cd0ab851e51c96aabc927bebef6a1c",
  );
  expect([fieldOf(message, 2), fieldOf(message, 3)]).toEqual([utf16("Domain"), utf16("User")]);
});

test("the server's own time is used, and then there is no old response", () => {
  const time = Buffer.from("0102030405060708", "hex");
  const target = Buffer.concat([pair(7, time), pair(0, Buffer.alloc(0))]);
  const challenge = tryReadChallenge(challengeMessage(target))!;
  const message = authenticateMessage(challenge, answer);
  expect(fieldOf(message, 0)).toEqual(Buffer.alloc(24));
  expect(fieldOf(message, 1).subarray(24, 32)).toEqual(time);
});

test.each([
  ["nothing", Buffer.alloc(0)],
  ["the wrong message", negotiateMessage()],
  ["no NTLM", Buffer.alloc(64)],
])("%s is no challenge", (_name, message) => {
  expect(tryReadChallenge(message)).toBeUndefined();
});

/** Lets a connection in once its client has proved to know the password "Password". */
function guard(server: () => Bun.Server<undefined>, requests: string[]) {
  const inside = new Set<number>();
  return (request: Request): Response => {
    const port = server().requestIP(request)?.port ?? 0;
    const given = request.headers.get("authorization") ?? "";
    const message = Buffer.from(given.replace(/^NTLM /, ""), "base64");
    const type = message.length > 12 ? message.readUInt32LE(8) : 0;
    requests.push(`${port} ${type}`);
    if (type === 3) {
      const challenge = tryReadChallenge(challengeMessage(exampleTarget))!;
      const nt = fieldOf(message, 1);
      const nowMs = Number(nt.readBigUInt64LE(24) / 10_000n) + year1601;
      const clientChallenge = nt.subarray(32, 40);
      const wanted = authenticateMessage(challenge, { ...answer, nowMs, clientChallenge });
      if (fieldOf(wanted, 1).equals(nt)) inside.add(port);
    }
    if (inside.has(port)) return new Response("in");
    const token = type === 1 ? ` ${challengeMessage(exampleTarget).toString("base64")}` : "";
    const headers = { "www-authenticate": `NTLM${token}` };
    return new Response("out", { status: 401, headers });
  };
}

test.each([
  ["right", "Password", 200, "in"],
  ["wrong", "nonsense", 401, "out"],
])("auth: ntlm with the %s password", async (_name, password, status, body) => {
  const requests: string[] = [];
  await using server: Bun.Server<undefined> = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: guard(() => server, requests),
  });
  using script = k6Script();
  const url = `http://Domain%5CUser:${password}@127.0.0.1:${server.port}/`;
  const response = await script.run((http) => http.get(url, { auth: "ntlm" }));
  expect([response.status, response.body]).toEqual([status, body]);
  // One connection, three rounds, of which only the first is expected to be refused, as in k6.
  expect(new Set(requests.map((request) => request.split(" ")[0])).size).toBe(1);
  expect(requests.map((request) => request.split(" ")[1])).toEqual(["0", "1", "3"]);
  expect(script.vu.values("http_req_failed")).toEqual([0, 1, status === 200 ? 0 : 1]);
});

test("auth: ntlm asks nothing more of a connection that is in", async () => {
  const requests: string[] = [];
  await using server: Bun.Server<undefined> = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: guard(() => server, requests),
  });
  using script = k6Script();
  const url = `http://Domain%5CUser:Password@127.0.0.1:${server.port}/`;
  await script.run(async (http) => {
    await http.get(url, { auth: "ntlm" });
    await http.get(url, { auth: "ntlm" });
  });
  expect(requests).toHaveLength(4);
  expect(script.vu.values("http_req_failed")).toEqual([0, 1, 0, 0]);
});
