import { createHash, createHmac } from "node:crypto";

/** What a server's CHALLENGE_MESSAGE says (MS-NLMP 2.2.1.2). */
export interface NtlmChallenge {
  readonly flags: number;
  /** 8 bytes. */
  readonly serverChallenge: Uint8Array;
  /** AV_PAIRs, as they came. */
  readonly targetInfo: Uint8Array;
}

export interface NtlmAnswer {
  /** "user", "DOMAIN\user" or "user@domain". */
  readonly username: string;
  readonly password: string;
  /** 8 random bytes. */
  readonly clientChallenge: Uint8Array;
  /** Since 1970; for servers that give no time of their own. */
  readonly nowMs: number;
}

/** MS-NLMP 2.2.2.5. No signing, no sealing: HTTP has no use for them. */
const flag = {
  unicode: 0x00000001,
  requestTarget: 0x00000004,
  ntlm: 0x00000200,
  alwaysSign: 0x00008000,
  extendedSecurity: 0x00080000,
  targetInfo: 0x00800000,
  bits128: 0x20000000,
  bits56: 0x80000000,
} as const;

const wantedFlags =
  flag.unicode +
  flag.requestTarget +
  flag.ntlm +
  flag.alwaysSign +
  flag.extendedSecurity +
  flag.targetInfo +
  flag.bits128 +
  flag.bits56;

const signature = Buffer.from("NTLMSSP\0", "latin1");

/** The first message, the same for everybody (MS-NLMP 2.2.1.1). */
export function negotiateMessage(): Buffer {
  const message = Buffer.alloc(32);
  signature.copy(message);
  message.writeUInt32LE(1, 8);
  message.writeUInt32LE(wantedFlags, 12);
  return message;
}

/** undefined for what is no CHALLENGE_MESSAGE. */
export function tryReadChallenge(message: Buffer): NtlmChallenge | undefined {
  if (message.length < 32 || !message.subarray(0, 8).equals(signature)) return undefined;
  if (message.readUInt32LE(8) !== 2) return undefined;
  const hasTargetInfo = message.length >= 48;
  const length = hasTargetInfo ? message.readUInt16LE(40) : 0;
  const offset = hasTargetInfo ? message.readUInt32LE(44) : 0;
  return {
    flags: message.readUInt32LE(20),
    serverChallenge: message.subarray(24, 32),
    targetInfo: message.subarray(offset, offset + length),
  };
}

/** The AUTHENTICATE_MESSAGE with NTLMv2 responses (MS-NLMP 2.2.1.3, 3.3.2). */
export function authenticateMessage(challenge: NtlmChallenge, answer: NtlmAnswer): Buffer {
  const { user, domain } = splitUsername(answer.username);
  const key = ntlmV2Key({ user, domain, password: answer.password });
  const serverTime = timestampOf(challenge.targetInfo);
  const nt = ntResponse(key, challenge, answer, serverTime ?? toFileTime(answer.nowMs));
  // 3.1.5.1.2: with the server's time the old response is left empty.
  const lm = serverTime === undefined ? lmResponse(key, challenge, answer) : Buffer.alloc(24);
  const fields = [lm, nt, utf16(domain), utf16(user), Buffer.alloc(0), Buffer.alloc(0)];
  const head = Buffer.alloc(64);
  signature.copy(head);
  head.writeUInt32LE(3, 8);
  let offset = head.length;
  for (const [index, field] of fields.entries()) {
    const at = 12 + index * 8;
    head.writeUInt16LE(field.length, at);
    head.writeUInt16LE(field.length, at + 2);
    head.writeUInt32LE(offset, at + 4);
    offset += field.length;
  }
  head.writeUInt32LE((challenge.flags & wantedFlags) >>> 0, 60);
  return Buffer.concat([head, ...fields]);
}

/** NTOWFv2 (MS-NLMP 3.3.2). The domain's case counts, the user's does not. */
export function ntlmV2Key(account: {
  readonly user: string;
  readonly domain: string;
  readonly password: string;
}): Buffer {
  const hash = createHash("md4").update(utf16(account.password)).digest();
  return hmacMd5(hash, utf16(account.user.toUpperCase() + account.domain));
}

function ntResponse(
  key: Buffer,
  { serverChallenge, targetInfo }: NtlmChallenge,
  { clientChallenge }: NtlmAnswer,
  time: Uint8Array,
): Buffer {
  const blob = Buffer.concat([
    Buffer.from([1, 1, 0, 0, 0, 0, 0, 0]),
    time,
    clientChallenge,
    Buffer.alloc(4),
    targetInfo,
    Buffer.alloc(4),
  ]);
  return Buffer.concat([hmacMd5(key, serverChallenge, blob), blob]);
}

function lmResponse(
  key: Buffer,
  { serverChallenge }: NtlmChallenge,
  { clientChallenge }: NtlmAnswer,
): Buffer {
  return Buffer.concat([hmacMd5(key, serverChallenge, clientChallenge), clientChallenge]);
}

/** MsvAvTimestamp among the AV_PAIRs (MS-NLMP 2.2.2.1): 8 bytes. */
function timestampOf(targetInfo: Uint8Array): Uint8Array | undefined {
  const pairs = Buffer.from(targetInfo);
  let at = 0;
  while (at + 4 <= pairs.length) {
    const id = pairs.readUInt16LE(at);
    const length = pairs.readUInt16LE(at + 2);
    if (id === 0) return undefined;
    if (id === 7 && length === 8) return pairs.subarray(at + 4, at + 12);
    at += 4 + length;
  }
  return undefined;
}

/** 100 ns since 1601. */
function toFileTime(nowMs: number): Buffer {
  const time = Buffer.alloc(8);
  time.writeBigUInt64LE(BigInt(Math.trunc(nowMs)) * 10_000n + 116_444_736_000_000_000n);
  return time;
}

function splitUsername(username: string): { readonly user: string; readonly domain: string } {
  const slash = username.indexOf("\\");
  if (slash !== -1) return { domain: username.slice(0, slash), user: username.slice(slash + 1) };
  // With its own domain in it the name is complete: "user@domain".
  return { domain: "", user: username };
}

function hmacMd5(key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer {
  return createHmac("md5", key).update(Buffer.concat(parts)).digest();
}

function utf16(text: string): Buffer {
  return Buffer.from(text, "utf16le");
}
