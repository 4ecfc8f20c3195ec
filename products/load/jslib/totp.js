// Stands in for https://jslib.k6.io/totp/1.0.0/index.js (RFC 6238 with HMAC-SHA-1).

export class TOTP {
  /** `key` is a secret in base32. */
  constructor(key, digits = 6) {
    this.key = key;
    this.digits = digits;
  }

  /** The code of this moment; `time` is how many seconds each lasts. */
  async gen(time = 30, startTime = 0) {
    const counter = new DataView(new ArrayBuffer(8));
    counter.setBigUint64(0, BigInt(Math.floor((Date.now() / 1000 - startTime) / time)));
    const algorithm = { name: "HMAC", hash: { name: "SHA-1" } };
    const secret = fromBase32(this.key);
    const key = await crypto.subtle.importKey("raw", secret, algorithm, false, ["sign"]);
    const mac = new DataView(await crypto.subtle.sign("HMAC", key, counter.buffer));
    // RFC 4226 section 5.3: the last four bits say where the code is.
    const code = mac.getUint32(mac.getUint8(mac.byteLength - 1) & 0x0f) & 0x7fffffff;
    return String(code % 10 ** this.digits).padStart(this.digits, "0");
  }

  async verify(token, time = 30) {
    return token === (await this.gen(time));
  }
}

function fromBase32(text) {
  const letters = text.toUpperCase().replace(/[\s=-]/g, "");
  const bytes = new Uint8Array(Math.floor((letters.length * 5) / 8));
  let bits = 0;
  let count = 0;
  let at = 0;
  for (const letter of letters) {
    const value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter);
    if (value === -1) throw new Error(`Cannot decode a key with "${letter}": give it in base32`);
    bits = ((bits << 5) | value) & 0xfff;
    count += 5;
    if (count >= 8) {
      count -= 8;
      bytes[at] = bits >> count;
      at += 1;
    }
  }
  return bytes;
}
