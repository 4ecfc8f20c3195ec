import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import type { WebSocketConnection } from "@breakwater/http-server";
import { type Keeper, memoryKeeper } from "@breakwater/message";
import { serviceKit } from "@breakwater/service";
import type { BridgeParts } from "../bridge-parts.ts";
import { limitsOf } from "../keeping/open-keeper.ts";
import { WatchedKeeper } from "../keeping/watched-keeper.ts";
import { BridgeFigures } from "../metrics/bridge-figures.ts";
import { settingsOf } from "../testing/bridge-service.ts";
import { views } from "../views.ts";
import { Observers } from "./observers.ts";
import { Sessions } from "./sessions.ts";

/** Sessions over a keeper that says that it has a message when the test says so. */
function slowSessions(clock: FakeClock) {
  const settings = settingsOf("--drain-announce", "3s");
  const memory = memoryKeeper({ limits: limitsOf(settings), epochMs: () => 0 });
  const held: (() => void)[] = [];
  const slow: Keeper = new Proxy(memory, {
    get: (target, name: keyof Keeper) => {
      const put: Keeper["put"] = (message, done) =>
        target.put(message, (outcome) => held.push(() => done(outcome)));
      if (name === "put") return put;
      const value = target[name];
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const kit = serviceKit({ name: "test", clock, log: { level: "silent" } });
  const figures = new BridgeFigures();
  const keeper = new WatchedKeeper(slow, { figures, onSeen: () => {} });
  const everybody = { mayEnter: () => true, isAdmin: () => false, mayUse: () => true };
  const outside = { epochMs: () => 0, newId: () => "new", random: () => 0.5 };
  const parts: BridgeParts = {
    ...{ kit, settings, keeper, figures, views: views(keeper, clock) },
    ...everybody,
    ...outside,
  };
  return { sessions: new Sessions(parts, new Observers(parts)), held };
}

function fakeSocket(frames: string[]): WebSocketConnection {
  return {
    send: (_kind, payload) => frames.push(String(payload)) > 0,
    sendPrepared: () => true,
    isOpen: true,
    unsentBytes: 0,
    ping: () => {},
    close: (code) => frames.push(`closed ${code}`),
    goAway: () => {},
  };
}

test("a stop waits until messages under way have their receipts, and takes no more", async () => {
  const clock = new FakeClock();
  const { sessions, held } = slowSessions(clock);
  const { handler } = sessions;
  const frames: string[] = [];
  const socket = fakeSocket(frames);
  const say = (frame: object): void => handler.onText!(socket, JSON.stringify(frame));
  sessions.opened(socket, { form: "array", ip: "", isAllowed: true });
  say({ type: "register", clientId: "ada", receipts: true });
  await clock.advanceTo(1);
  frames.length = 0;
  say({ type: "envelope", envelope: { id: "1", to: "bob" } });
  handler.onStop!(socket);
  // Balancers have their time first, in which all goes on.
  await clock.advanceTo(2000);
  say({ type: "envelope", envelope: { id: "2", to: "bob" } });
  await clock.advanceTo(3500);
  expect(frames).toEqual([]);
  say({ type: "envelope", envelope: { id: "3", to: "bob" } });
  for (const tell of held) tell();
  await clock.advanceTo(3501);
  expect(frames.map((frame) => frame.slice(0, 44))).toEqual([
    '{"type":"error","error":"unavailable","messa',
    '{"type":"receipt","id":"1","status":"queued"',
    '{"type":"receipt","id":"2","status":"queued"',
    '{"type":"goodbye","reason":"draining","recon',
    "closed 1012",
  ]);
  expect(held).toHaveLength(2);
  sessions.stop();
});

test("a keeper that never answers does not keep it", async () => {
  const clock = new FakeClock();
  const { sessions } = slowSessions(clock);
  const frames: string[] = [];
  const socket = fakeSocket(frames);
  sessions.opened(socket, { form: "array", ip: "", isAllowed: true });
  sessions.handler.onText!(socket, JSON.stringify({ type: "register", clientId: "ada" }));
  await clock.advanceTo(1);
  sessions.handler.onText!(socket, JSON.stringify({ type: "envelope", envelope: { to: "bob" } }));
  sessions.handler.onStop!(socket);
  await clock.advanceTo(6000);
  expect(frames.at(-1)).toBe("closed 1012");
  sessions.stop();
});
