import { test } from "bun:test";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { compare } from "../../../tools/compare.ts";
import { admit as admitFetch } from "./fetch.ts";
import { admit as admitListener } from "./node.ts";
import { limiterOf } from "./testing/limiters.ts";
import { clock } from "./testing/scene.ts";

const options = { limiter: limiterOf(100), clock } as const;

/** What a response costs is in both: the difference is what admission costs. */
test("bench: a request that fetch answers in one piece, let in by a fixed limit", () => {
  const request = new Request("http://127.0.0.1/");
  const handler = (_request: Request) => Response.json({ ok: true });
  const calling = (fetch: (request: Request) => unknown) => (times: number) => {
    let answers = 0;
    for (let turn = 0; turn < times; turn += 1) {
      if (fetch(request) instanceof Response) answers += 1;
    }
    return answers;
  };
  compare("fetch", [
    { name: "the handler alone", run: calling(handler) },
    { name: "admitted", run: calling(admitFetch(handler, options)) },
    {
      name: "admitted, released at the head",
      run: calling(admitFetch(handler, { ...options, streams: "release" })),
    },
  ]);
});

test("bench: a request that node:http answers, let in by a fixed limit", () => {
  const request = new IncomingMessage(new Socket());
  const handler = (_request: IncomingMessage, _response: ServerResponse) => {};
  const calling = (listener: typeof handler) => (times: number) => {
    let ends = 0;
    for (let turn = 0; turn < times; turn += 1) {
      const response = new ServerResponse(request);
      listener(request, response);
      response.emit("finish");
      if (response.emit("close") !== undefined) ends += 1;
    }
    return ends;
  };
  const admitted = admitListener(handler, options);
  compare("node:http", [
    { name: "the listener alone", run: calling(handler) },
    { name: "admitted", run: calling((request, response) => void admitted(request, response)) },
  ]);
});
