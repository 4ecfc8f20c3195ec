// What the load tests of the sample service (examples/api) have in common.
import { check, sleep } from "k6";
import http from "k6/http";
import { Counter, Rate, Trend } from "k6/metrics";

export const errors = new Rate("errors");
export const shed = new Rate("backpressure_503");
const busyAnswers = new Counter("busy_answers");
const echoTime = new Trend("echo_duration", true);

const base = __ENV.BASE_URL ?? "http://127.0.0.1:8080";
// TIME=0.05 makes every stage a twentieth as long; USERS=0.01 takes a hundredth of the users.
const time = Number(__ENV.TIME ?? 1);
const users = Number(__ENV.USERS ?? 1);
// SLOW=10 lets answers take ten times as long: on a machine that does other things as well.
const slow = Number(__ENV.SLOW ?? 1);

export const seconds = (count) => `${Math.max(1, Math.round(count * time * 10) / 10)}s`;
export const people = (count) => (count === 0 ? 0 : Math.max(1, Math.round(count * users)));
export const stages = (...list) =>
  list.map(([duration, target]) => ({ duration: seconds(duration), target: people(target) }));
/** An objective for a percentile, in ms. */
export const within = (percentile, ms) => `p(${percentile})<${ms * slow}`;

export const trend = ["avg", "min", "med", "max", "p(90)", "p(95)", "p(99)"];

// A service that is full says so: 503 is an answer, and Retry-After says when to come again.
const orBusy = http.expectedStatuses(200, 503);

/** Logs in once for all users. */
export function setup() {
  const body = JSON.stringify({ username: "demo", password: "demo" });
  const answer = http.post(`${base}/api/auth/login`, body, json());
  if (answer.status !== 200) throw new Error(`Cannot log in: ${answer.status} ${answer.body}`);
  return { token: answer.json("token") };
}

export function health(isFine = (r) => r.status === 200) {
  const answer = http.get(`${base}/health`, tagged("health"));
  count(answer, {
    "is healthy": (r) => isFine(r) && (r.status !== 200 || r.json("status") === "healthy"),
  });
}

/** Healthy, or busy and saying so. */
export function healthOrBusy() {
  const answer = http.get(`${base}/health`, { ...tagged("health"), responseCallback: orBusy });
  count(answer, { "is healthy or busy": (r) => r.status === 200 || r.status === 503 });
}

export function ready() {
  const answer = http.get(`${base}/ready`, { ...tagged("ready"), responseCallback: orBusy });
  count(answer, { "says whether it is ready": (r) => r.status === 200 || r.status === 503 });
}

export function status() {
  const answer = http.get(`${base}/api/status`, tagged("api"));
  count(answer, { "tells its status": (r) => r.status === 200 });
}

export function listUsers({ token }) {
  const answer = http.get(`${base}/api/users`, json(token, "api"));
  count(answer, { "lists users": (r) => r.status === 200 && r.json("users").length > 0 });
}

export function metrics({ token }) {
  const answer = http.get(`${base}/api/metrics`, json(token, "api"));
  count(answer, { "has metrics": (r) => r.status === 200 && r.json("normal_ccu") > 0 });
}

/** Sends so many items and wants them back. */
export function echo(items) {
  const list = Array.from({ length: items }, (_, id) => ({ id, name: `item ${id}` }));
  const answer = http.post(`${base}/api/echo`, JSON.stringify({ items: list }), json("", "heavy"));
  echoTime.add(answer.timings.duration);
  count(answer, { "echoes all": (r) => r.status === 200 && r.json("echo").items.length === items });
}

/** Asks as often and as fast as can be; anything but silence is an answer. */
export function anyAnswer() {
  const answer = http.get(`${base}/health`, {
    ...tagged("health"),
    timeout: "10s",
    responseCallback: orBusy,
  });
  shed.add(answer.status === 503);
  if (answer.status === 503) busyAnswers.add(1);
  count(answer, { "gets an answer": (r) => r.status !== 0 });
}

/** One of several actions, as often as its share says. */
export function mix(...shares) {
  let left = Math.random();
  for (const [share, action] of shares) {
    left -= share;
    if (left < 0) return action();
  }
  return shares[shares.length - 1][1]();
}

export function pause(fromMs, toMs) {
  sleep((fromMs + Math.random() * (toMs - fromMs)) / 1000);
}

function count(answer, checks) {
  errors.add(!check(answer, checks));
}

function tagged(endpoint) {
  return { tags: { endpoint } };
}

function json(token = "", endpoint = "auth") {
  const bearer = token === "" ? {} : { Authorization: `Bearer ${token}` };
  return { headers: { "Content-Type": "application/json", ...bearer }, ...tagged(endpoint) };
}
