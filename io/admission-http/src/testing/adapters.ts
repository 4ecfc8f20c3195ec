import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import express from "express";
import fastify, { type FastifyRequest } from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import { fastifyAdmission } from "../fastify.ts";
import { admit as admitFetch, honoAdmission } from "../fetch.ts";
import { koaAdmission } from "../koa.ts";
import { admit as admitListener, expressAdmission } from "../node.ts";
import type { Scene } from "./scene.ts";

/** Starts a real server of one kind with a handler behind admission; answers with its port. */
export type StartAdapter = (scene: Scene) => Promise<number>;

/** /status/… answers so, /wait and /stream when they may go on, /throw never. */
type Act = (path: string, scene: Scene) => Promise<Response>;

const asStream = { headers: { "content-type": "application/octet-stream" } };

const act: Act = async (path, scene) => {
  if (path === "/throw") throw new Error("thrown by the handler");
  if (path === "/stream") return new Response(parts(scene), asStream);
  if (path === "/wait") await scene.wait();
  const status = path.startsWith("/status/") ? Number(path.slice(8)) : 200;
  return new Response(status === 204 ? null : path, { status });
};

function parts(scene: Scene): ReadableStream<Uint8Array> {
  const iterator = partsOf(scene);
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}

async function* partsOf(scene: Scene): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode("first");
  await scene.wait();
  yield new TextEncoder().encode("last");
}

const pathOf = (request: Request) => new URL(request.url).pathname;

const ofFetch = {
  path: pathOf,
  header: (request: Request, name: string) => request.headers.get(name) ?? undefined,
};

const ofNode = {
  path: (request: IncomingMessage) => request.url ?? "",
  header: ({ headers }: IncomingMessage, name: string) => headers[name]?.toString(),
};

async function actOnNode(scene: Scene, request: IncomingMessage, response: ServerResponse) {
  const path = request.url ?? "";
  if (path === "/stream") {
    Readable.from(partsOf(scene)).pipe(response);
    return;
  }
  const { status } = await act(path, scene);
  response.writeHead(status);
  response.end(status === 204 ? undefined : path);
}

const startFetch: StartAdapter = async (scene) => {
  const handler = (request: Request) => act(pathOf(request), scene);
  const fetch = admitFetch(handler, scene.options(ofFetch));
  return serveFetch(async (request) => {
    try {
      return await fetch(request);
    } catch {
      return new Response("caught", { status: 500 });
    }
  });
};

const startHono: StartAdapter = async (scene) => {
  const app = new Hono();
  app.use(honoAdmission(scene.options(ofFetch)));
  app.onError(() => new Response("caught", { status: 500 }));
  app.all("*", (context) => act(context.req.path, scene));
  return serveFetch((request) => app.fetch(request));
};

function serveFetch(fetch: (request: Request) => Response | Promise<Response>): number {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch, idleTimeout: 0 });
  server.unref();
  return server.port ?? 0;
}

const startNode: StartAdapter = (scene) => {
  const admitted = admitListener(
    (request: IncomingMessage, response: ServerResponse) => actOnNode(scene, request, response),
    scene.options(ofNode),
  );
  return serveNode(async (request, response) => {
    try {
      await admitted(request, response);
    } catch {
      response.writeHead(500);
      response.end("caught");
    }
  });
};

const startExpress: StartAdapter = (scene) => {
  const app = express();
  app.use(expressAdmission(scene.options(ofNode)));
  app.use((request, response) => actOnNode(scene, request, response));
  app.use(((_error, _request, response, _next) => {
    response.status(500).send("caught");
  }) satisfies express.ErrorRequestHandler);
  return serveNode(app);
};

const startKoa: StartAdapter = (scene) => {
  const app = new Koa();
  app.silent = true;
  const ask = {
    path: ({ req }: Koa.Context) => ofNode.path(req),
    header: ({ req }: Koa.Context, name: string) => ofNode.header(req, name),
  };
  app.use(koaAdmission(scene.options(ask)));
  app.use(async (context) => {
    if (context.path === "/stream") context.body = Readable.from(partsOf(scene));
    else {
      const { status } = await act(context.path, scene);
      context.body = status === 204 ? null : context.path;
      context.status = status;
    }
  });
  return serveNode(app.callback());
};

const startFastify: StartAdapter = async (scene) => {
  const app = fastify();
  const ask = {
    path: ({ url }: Pick<FastifyRequest, "url" | "headers">) => url,
    header: ({ headers }: Pick<FastifyRequest, "url" | "headers">, name: string) =>
      headers[name]?.toString(),
  };
  await app.register(fastifyAdmission, scene.options(ask));
  app.all("/*", async (request, reply) => {
    if (request.url === "/stream") return reply.send(Readable.from(partsOf(scene)));
    const { status } = await act(request.url, scene);
    return reply.code(status).send(status === 204 ? undefined : request.url);
  });
  await app.listen({ port: 0, host: "127.0.0.1" });
  app.server.unref();
  return (app.server.address() as AddressInfo).port;
};

function serveNode(
  listener: (request: IncomingMessage, response: ServerResponse) => unknown,
): Promise<number> {
  const server = createServer(listener);
  server.unref();
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

/** Those that run wherever node:http does. */
export const nodeAdapters: Readonly<Record<string, StartAdapter>> = {
  "node:http": startNode,
  express: startExpress,
  fastify: startFastify,
  koa: startKoa,
};

export const bunAdapters: Readonly<Record<string, StartAdapter>> = {
  fetch: startFetch,
  hono: startHono,
  ...nodeAdapters,
};
