import type { ApiModule } from "../module.ts";

export const cryptoModule: ApiModule = {
  surface: {
    names: [
      "createHash",
      "createHMAC",
      "hmac",
      "md4",
      "md5",
      "ripemd160",
      "sha1",
      "sha256",
      "sha384",
      "sha512",
      "sha512_224",
      "sha512_256",
      "randomBytes",
      "hexEncode",
    ],
    hasDefault: true,
  },
  load: async () => {
    const { k6Crypto } = await import("./k6-crypto.ts");
    return () => k6Crypto;
  },
};
