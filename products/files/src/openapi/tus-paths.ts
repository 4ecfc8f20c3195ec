import {
  failures,
  header,
  type Operation,
  onlyNew,
  type Parameter,
  type Paths,
  type Response,
} from "./operations.ts";
import type { Schema } from "./schemas.ts";

const size: Schema = { type: "integer", minimum: 0 };
const version = header("Tus-Resumable", "The protocol's version", {
  required: true,
  schema: { const: "1.0.0" },
});
const id: Parameter = {
  ...{ name: "id", in: "path", required: true, schema: { type: "string" } },
  description: "Of the upload: the last part of its Location",
};
const checksum = header("Upload-Checksum", "sha1, sha256, md5 or crc32, and it in base64");
const offset = header("Upload-Offset", "Where it goes on: what HEAD says", {
  required: true,
  schema: size,
});
const bytes = {
  "application/offset+octet-stream": {
    schema: { type: "string", contentMediaType: "application/octet-stream" },
  },
} as const;
const tags = ["Resumable uploads (tus 1.0)"];

const fields = (...names: readonly string[]): Response["headers"] =>
  Object.fromEntries(names.map((name) => [name, { schema: { type: "string" } }]));

const options: Operation = {
  summary: "What the service can of tus",
  tags,
  responses: {
    "204": {
      description: "Versions, extensions, limits",
      headers:
        fields("Tus-Version", "Tus-Extension", "Tus-Max-Size", "Tus-Checksum-Algorithm") ?? {},
    },
  },
  security: [],
};

/** https://tus.io/protocols/resumable-upload */
export const tusPaths: Paths = {
  "/tus": {
    post: {
      summary: "Begin an upload",
      description: "Upload-Metadata: filename, and if you like filetype and path, in base64.",
      tags,
      parameters: [
        version,
        header("Upload-Length", "Of the whole file, in bytes", { required: true, schema: size }),
        header("Upload-Metadata", "filename bW92aWUubXA0,path ZmlsbXMv", { required: true }),
        checksum,
        onlyNew,
      ],
      requestBody: { required: false, content: bytes },
      responses: {
        "201": {
          description: "Begun",
          headers: fields("Location", "Upload-Offset", "Upload-Expires") ?? {},
        },
        ...failures(400, 412, 413),
      },
    },
    options,
  },
  "/tus/{id}": {
    head: {
      summary: "Ask how far an upload is",
      description: "Ends a request that still sends to it: who asks has lost that connection.",
      tags,
      parameters: [id, version],
      responses: {
        "200": {
          description: "How far",
          headers:
            fields("Upload-Offset", "Upload-Length", "Upload-Metadata", "Upload-Expires") ?? {},
        },
        ...failures(404, 410),
      },
    },
    patch: {
      summary: "Send the next bytes of an upload",
      tags,
      parameters: [id, version, offset, checksum],
      requestBody: { required: true, content: bytes },
      responses: {
        "204": { description: "Kept", headers: fields("Upload-Offset", "Upload-Expires") ?? {} },
        ...failures(400, 404, 409, 410, 413, 415, 423, 460),
      },
    },
    post: {
      summary: "PATCH or DELETE, where the network lets neither through",
      tags,
      parameters: [
        id,
        version,
        header("X-HTTP-Method-Override", "Which of them is meant", {
          required: true,
          schema: { enum: ["PATCH", "DELETE"] },
        }),
      ],
      responses: { "204": { description: "Done" }, ...failures(400, 404, 409, 410, 413, 423) },
    },
    delete: {
      summary: "Give an upload up",
      tags,
      parameters: [id, version],
      responses: { "204": { description: "Gone" }, ...failures(404, 410) },
    },
    options,
  },
};
