import { groupResources, metricResource, setupResource, statusResource } from "./documents.ts";
import { processMetrics } from "./process-metrics.ts";
import type { RunControl } from "./run-control.ts";

/**
 * k6's REST API over a run, one request to one answer (load.md 1.10;
 * https://grafana.com/docs/k6/latest/reference/k6-rest-api/).
 */
export async function answerRest(request: Request, control: RunControl): Promise<Response> {
  const path = decodeURIComponent(new URL(request.url).pathname);
  const { resource, id } = toPlace(path);
  if (resource === undefined) return path.startsWith("/v1/") ? notFound("page", path) : other(path);
  const methods = resources[resource];
  const answer = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined;
  if (answer === undefined) return new Response(null, { status: 405 });
  return await answer(control, { request, id });
}

interface Asked {
  readonly request: Request;
  /** What stands behind the resource's name; undefined for all of them. */
  readonly id: string | undefined;
}

type Answer = (control: RunControl, asked: Asked) => Response | Promise<Response>;
type ResourceName = "status" | "metrics" | "groups" | "setup" | "teardown";

const resources: Readonly<Record<ResourceName, Readonly<Record<string, Answer>>>> = {
  status: { GET: getStatus, PATCH: patchStatus },
  metrics: { GET: getMetrics },
  groups: { GET: getGroups },
  setup: { GET: getSetup, PUT: putSetup, POST: postSetup },
  teardown: { POST: postTeardown },
};

function toPlace(path: string): { resource: ResourceName | undefined; id: string | undefined } {
  const [, name = "", id] = /^\/v1\/(\w+)(?:\/(.*))?$/s.exec(path) ?? [];
  const isKnown = Object.hasOwn(resources, name);
  const takesId = name === "metrics" || name === "groups";
  if (!isKnown || (id !== undefined && !takesId)) return { resource: undefined, id };
  return { resource: name as ResourceName, id };
}

/** As k6, every other path says that somebody is there. */
function other(path: string): Response {
  if (path !== "/metrics") {
    return new Response("ok", { headers: { "content-type": "text/plain; charset=utf-8" } });
  }
  return new Response(processMetrics(), {
    headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" },
  });
}

function getStatus(control: RunControl): Response {
  return Response.json({ data: statusResource(control.state()) });
}

async function patchStatus(control: RunControl, { request }: Asked): Promise<Response> {
  const wanted = await readStatus(request);
  if (wanted === undefined) {
    return refuse(400, "Invalid data", 'give {"data":{"attributes":{"paused":…,"stopped":…}}}');
  }
  const { paused, stopped, vus, "vus-max": vusMax } = wanted;
  if (stopped === true) {
    control.stop();
    return getStatus(control);
  }
  if (typeof paused === "boolean") {
    const problem = pause(control, paused);
    if (problem !== undefined) return refuse(500, "Pause error", problem);
  }
  if (typeof vus === "number" || typeof vusMax === "number") {
    const detail = "the number of VUs cannot be changed while the test runs";
    return refuse(500, "Execution config error", detail);
  }
  return getStatus(control);
}

/** None of the executors can be paused once it has started; nor can k6's. */
function pause(control: RunControl, isToPause: boolean): string | undefined {
  const { isPaused } = control.state();
  if (isPaused && isToPause) return "the test is paused already";
  if (!isPaused) return "the test has started: only --paused holds it, before that";
  control.resume();
  return undefined;
}

async function readStatus(request: Request): Promise<Record<string, unknown> | undefined> {
  const body: unknown = await request.json().catch(() => undefined);
  if (!isObject(body) || !isObject(body.data)) return undefined;
  const { attributes = {} } = body.data;
  if (!isObject(attributes)) return undefined;
  const { paused, stopped } = attributes;
  const isFit = [paused, stopped].every((each) => each == null || typeof each === "boolean");
  return isFit ? attributes : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Those that have had a sample, or the one of that name. */
function getMetrics(control: RunControl, { id }: Asked): Response {
  const state = control.state();
  if (id === undefined) {
    const seen = [...control.registry.series()].filter(({ sink }) => !sink.isEmpty);
    return Response.json({ data: seen.map((series) => metricResource(series, state)) });
  }
  const series = control.registry.tryGet(id);
  if (series === undefined || series.sink.isEmpty) return notFound("metric", id);
  return Response.json({ data: metricResource(series, state) });
}

function getGroups(control: RunControl, { id }: Asked): Response {
  const groups = groupResources(control.rootGroup());
  if (id === undefined) return Response.json({ data: groups });
  const group = groups.find((each) => each.id === id);
  return group === undefined ? notFound("group", id) : Response.json({ data: group });
}

function getSetup(control: RunControl): Response {
  return Response.json({ data: setupResource(control.setupData()) });
}

async function putSetup(control: RunControl, { request }: Asked): Promise<Response> {
  const body = await request.text();
  try {
    if (body !== "") JSON.parse(body);
  } catch (error) {
    return refuse(400, "Error parsing request body", (error as Error).message);
  }
  control.setSetupData(body === "" ? undefined : body);
  return getSetup(control);
}

async function postSetup(control: RunControl): Promise<Response> {
  try {
    await control.runSetup();
  } catch (error) {
    return refuse(500, "Error executing setup", messageOf(error));
  }
  return getSetup(control);
}

async function postTeardown(control: RunControl): Promise<Response> {
  try {
    await control.runTeardown();
  } catch (error) {
    return refuse(500, "Error executing teardown", messageOf(error));
  }
  return new Response(null);
}

function notFound(what: string, id: string): Response {
  return refuse(404, "Not Found", `there is no ${what} "${id}"`);
}

/** https://jsonapi.org/format/#errors */
function refuse(status: number, title: string, detail: string): Response {
  return Response.json({ errors: [{ status: String(status), title, detail }] }, { status });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
