import { answer, failures, type Operation, type Paths, query } from "./operations.ts";
import { object, ref, type Schema } from "./schemas.ts";

const tags = ["Service"];
const profiling = ["Service, under --enable-profiling"];
const anything: Schema = { type: "object", additionalProperties: true };
const status: Schema = { type: "string" };

const open = (summary: string, responses: Operation["responses"]): Operation => ({
  summary,
  tags,
  responses,
  security: [],
});

const shown = (summary: string, schema: Schema): Operation => ({
  summary,
  tags: profiling,
  responses: { "200": answer("Now", schema), ...failures(401, 403) },
});

const reset = object({ status });
const collected = object({ memory: ref("Memory"), status });

/** The service itself. */
export const servicePaths: Paths = {
  "/": { get: open("The page for people", { "200": { description: "HTML" } }) },
  "/openapi.json": {
    get: open("This document", { "200": answer("OpenAPI 3.1", anything) }),
  },
  "/ping": {
    get: open("Does it answer?", {
      "200": answer("It does", object({ message: { const: "pong" } })),
    }),
  },
  "/health": {
    get: open("Is it well?", {
      "200": answer("It is", object({ status: { const: "ok" }, "memory?": ref("Memory") })),
    }),
  },
  "/live": { get: open("Does the process live?", { "200": answer("It does", anything) }) },
  "/ready": {
    get: open("Should clients be sent here?", {
      "200": answer("They should", anything),
      "503": answer("They should not", anything),
    }),
  },
  "/metrics/memory": { get: shown("Memory of the process", ref("Memory")) },
  "/metrics/requests": { get: shown("Counts and times of requests", ref("Requests")) },
  "/metrics/reset": { post: shown("Count from zero again", reset) },
  "/debug/gc": { post: shown("Collect garbage", collected) },
  "/debug/pprof/goroutine": {
    get: {
      summary: "How many requests are under way",
      tags: profiling,
      responses: { "200": { description: "Text" }, ...failures(401, 403) },
    },
  },
  "/debug/pprof/{rest}": {
    get: {
      summary: "A CPU profile (profile) or a snapshot of the heap (heap)",
      tags: profiling,
      parameters: [
        {
          ...{ name: "rest", in: "path", required: true, schema: { type: "string" } },
          description: "Which",
        },
        query("seconds", "How long the CPU is watched", { schema: { type: "integer" } }),
      ],
      responses: { "200": { description: "The profile" }, ...failures(401, 403, 404) },
    },
  },
};
