import { filePaths } from "./file-paths.ts";
import { json, type Paths, type Response } from "./operations.ts";
import { ref, type Schema, schemas } from "./schemas.ts";
import { servicePaths } from "./service-paths.ts";
import { tusPaths } from "./tus-paths.ts";

/** OpenAPI 3.1: https://spec.openapis.org/oas/v3.1.1 */
export interface OpenapiDocument {
  readonly openapi: "3.1.1";
  readonly info: Readonly<Record<string, string>>;
  readonly servers: readonly { readonly url: string }[];
  /** Any of them does; none where no keys are set. */
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly paths: Paths;
  readonly components: {
    readonly securitySchemes: Readonly<Record<string, Readonly<Record<string, string>>>>;
    readonly responses: { readonly Failure: Response };
    readonly schemas: Readonly<Record<string, Schema>>;
  };
}

/** All that the service answers, as it does without --compat. */
export const openapiDocument: OpenapiDocument = {
  openapi: "3.1.1",
  info: {
    title: "bw files",
    version: "1.0.0",
    description:
      "Files in an object store: uploads, downloads, folders. Keys and tokens have the scopes read, write, delete and admin. With keys, every answer but those of health needs one.",
  },
  servers: [{ url: "/" }],
  security: [{ apiKey: [] }, { token: [] }, {}],
  paths: { ...filePaths, ...tusPaths, ...servicePaths },
  components: {
    securitySchemes: {
      apiKey: { type: "apiKey", in: "header", name: "X-API-Key" },
      token: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
    },
    responses: {
      Failure: { description: "Why not, in words", content: json(ref("Failure")) },
    },
    schemas,
  },
};
