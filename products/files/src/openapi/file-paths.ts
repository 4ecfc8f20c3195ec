import { answer, failures, header, json, onlyNew, type Paths, query } from "./operations.ts";
import { array, object, ref, type Schema, success } from "./schemas.ts";

const file = query("path", "The file's full path", { required: true });
const folder = query("path", "A folder; all that there is if left out");
const bytes: Schema = { type: "string", contentMediaType: "application/octet-stream" };
const link = { schema: { type: "string", format: "uri" } };
const tags = ["Files"];
const folders = ["Folders"];

/** Where a form with files goes. */
const formFields = {
  "path?": { type: "string", description: "The folder. Before the files if they are large" },
} as const;

/** Files and folders: what the service is for. */
export const filePaths: Paths = {
  "/upload": {
    post: {
      summary: "Upload a file",
      description:
        "Streams to the store. `path` may stand behind a file of up to 8 MiB; before a larger one, or in the query.",
      tags,
      parameters: [query("path", "The folder, if the form has none"), onlyNew],
      requestBody: {
        required: true,
        content: { "multipart/form-data": { schema: object({ file: bytes, ...formFields }) } },
      },
      responses: {
        "200": answer("Stored", success({ type: "string" })),
        ...failures(400, 412, 413, 415, 502, 503, 507),
      },
    },
  },
  "/batch-upload": {
    post: {
      summary: "Upload up to 100 files",
      description: "200 if one of them was stored; `failed` says which were not, and why.",
      tags,
      parameters: [query("path", "The folder, if the form has none"), onlyNew],
      requestBody: {
        required: true,
        content: {
          "multipart/form-data": {
            schema: object({
              files: { type: "array", items: bytes, minItems: 1, maxItems: 100 },
              ...formFields,
            }),
          },
        },
      },
      responses: {
        "200": answer("What became of each, in order", success(ref("BatchUpload"))),
        ...failures(400, 412, 413, 415, 502, 503, 507),
      },
    },
  },
  "/download": {
    get: {
      summary: "Get a link to a file",
      tags,
      parameters: [
        file,
        query("redirect", "1: answers 302 to the link", { schema: { enum: ["1", "true"] } }),
      ],
      responses: {
        "200": answer("A link that is good for a while", success(ref("Link"))),
        "302": { description: "To the file", headers: { Location: link } },
        ...failures(400, 404),
      },
    },
  },
  "/batch-download": {
    post: {
      summary: "Get links to up to 100 files",
      tags,
      requestBody: {
        required: true,
        content: json(
          object({
            paths: { type: "array", items: { type: "string" }, minItems: 1, maxItems: 100 },
          }),
        ),
      },
      responses: {
        "200": answer("Links, in order", success(ref("BatchDownload"))),
        ...failures(400, 404, 415),
      },
    },
  },
  "/files/{path}": {
    get: {
      summary: "Get a file itself",
      description: "With ranges and conditions of RFC 9110. The path's slashes stay as they are.",
      tags,
      parameters: [
        { ...file, in: "path" },
        query("download", "Has browsers save it"),
        header("Range", "bytes=0-99"),
        header("If-None-Match", "An ETag: 304 if the file has it still"),
      ],
      responses: {
        "200": { description: "The file", content: { "*/*": { schema: bytes } } },
        "206": { description: "A part of it", content: { "*/*": { schema: bytes } } },
        "304": { description: "It is as it was" },
        ...failures(400, 404, 412, 416),
      },
    },
  },
  "/delete": {
    delete: {
      summary: "Delete a file",
      description: "That it was not there is no error.",
      tags,
      parameters: [file],
      responses: { "200": answer("Deleted", success({ type: "string" })), ...failures(400) },
    },
  },
  "/list": {
    get: {
      summary: "List a folder, page by page",
      tags: folders,
      parameters: [
        folder,
        query("pageSize", "1 to 1,000", { schema: { type: "integer", minimum: 1, maximum: 1000 } }),
        query("isFolder", "true: folders only", { schema: { type: "boolean" } }),
        header("x-next", "nextPageToken of the page before"),
        query("next", "The same, in the query"),
      ],
      responses: { "200": answer("A page", success(ref("Page"))), ...failures(400) },
    },
  },
  "/list-folders": {
    get: {
      summary: "List all folders below a folder",
      tags: folders,
      parameters: [folder],
      responses: { "200": answer("All of them", array(ref("Entry"))), ...failures(400) },
    },
  },
  "/create-folder": {
    post: {
      summary: "Create a folder",
      tags: folders,
      parameters: [query("path", "The folder", { required: true })],
      responses: { "200": answer("Created", success({ type: "string" })), ...failures(400) },
    },
  },
  "/delete-folder": {
    delete: {
      summary: "Delete a folder and all that is in it",
      tags: folders,
      parameters: [query("path", "The folder, never all that there is", { required: true })],
      responses: { "200": answer("Deleted", success({ type: "string" })), ...failures(400) },
    },
  },
};
