import type { Signing } from "../sigv4/sign.ts";
import type { Signatures } from "../sigv4/signatures.ts";

/** Who signs in AWS's documentation, and when: Fri, 24 May 2013 00:00:00 GMT. */
export const exampleSigning = (signatures: Signatures): Signing => ({
  credentials: {
    accessKey: "AKIAIOSFODNN7EXAMPLE",
    secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  },
  region: "us-east-1",
  nowMs: 1_369_353_600_000,
  signatures,
});
