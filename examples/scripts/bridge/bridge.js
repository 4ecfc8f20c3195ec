// What the load tests of `bw bridge` have in common: an agent on a WebSocket, and its figures.
import { check } from "k6";
import { Counter, Rate, Trend } from "k6/metrics";
import { WebSocket } from "k6/websockets";

// BRIDGE_URL is the bridge, AUTH_TOKEN its token, if it wants one.
const url = __ENV.BRIDGE_URL ?? "ws://127.0.0.1:8080";
// TIME=0.05 makes every stage a twentieth as long; AGENTS=0.1 takes a tenth of the agents.
const time = Number(__ENV.TIME ?? 1);
const share = Number(__ENV.AGENTS ?? 1);
// SLOW=10 lets messages take ten times as long: on a machine that does other things as well.
const slow = Number(__ENV.SLOW ?? 1);

export const ms = (seconds) => Math.max(500, Math.round(seconds * 1000 * time));
export const seconds = (count) => `${ms(count)}ms`;
export const agents = (count) => Math.max(1, Math.round(count * share));
/** An objective for a percentile, in ms. */
export const within = (percentile, limitMs) => `p(${percentile})<${limitMs * slow}`;

export const sent = new Counter("messages_sent");
export const received = new Counter("messages_received");
export const receipts = new Counter("receipts");
export const dropped = new Counter("messages_dropped");
export const refused = new Counter("bridge_errors");
export const goodbyes = new Counter("goodbyes");
/** From sending to receiving, and from sending to the receipt. */
export const messageTime = new Trend("message_time", true);
export const receiptTime = new Trend("receipt_time", true);
export const registerTime = new Trend("register_time", true);
export const registered = new Rate("registered");

const PAYLOAD_BYTES = Number(__ENV.PAYLOAD ?? 200);
export const filler = "x".repeat(PAYLOAD_BYTES);

/**
 * Connects and registers. `on.ready(agent)` when the bridge has said so, `on.message(envelope)` for
 * each message, `on.receipt(receipt)` for what became of one's own.
 */
export function agent(id, register, on) {
  const socket = new WebSocket(url);
  const openedAt = Date.now();
  let isRegistered = false;
  /** Of messages that have no receipt yet. */
  const sentAt = new Map();
  const self = {
    id,
    send: (envelope) => {
      sent.add(1);
      if (register.receipts) sentAt.set(envelope.id, Date.now());
      socket.send(JSON.stringify({ type: "envelope", envelope }));
    },
    close: () => socket.close(),
  };
  socket.onopen = () => {
    const authToken = __ENV.AUTH_TOKEN;
    socket.send(JSON.stringify({ type: "register", clientId: id, authToken, ...register }));
  };
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(data);
    if (Array.isArray(frame)) {
      const envelope = frame[1];
      received.add(1);
      if (envelope.context.sentAt) messageTime.add(Date.now() - envelope.context.sentAt);
      if (register.acks) socket.send(JSON.stringify({ type: "ack", id: envelope.id }));
      on.message?.(envelope);
    } else if (frame.type === "registered") {
      isRegistered = true;
      registerTime.add(Date.now() - openedAt);
      registered.add(true);
      check(frame, { "is registered by its id": ({ client }) => client.id === id });
      on.ready?.(self);
    } else if (frame.type === "receipt") {
      receipts.add(1, { status: frame.status });
      if (sentAt.has(frame.id)) receiptTime.add(Date.now() - sentAt.get(frame.id));
      sentAt.delete(frame.id);
      if (frame.status === "dropped") dropped.add(1, { reason: frame.reason });
      on.receipt?.(frame);
    } else if (frame.type === "goodbye") {
      goodbyes.add(1, { reason: frame.reason });
    } else if (frame.type === "error") {
      refused.add(1, { code: frame.error });
      console.error(`${id}: ${frame.message ?? frame.error}`);
    }
  };
  socket.onerror = ({ error }) => console.error(`${id}: ${error}`);
  socket.onclose = () => {
    if (!isRegistered) registered.add(false);
    on.close?.();
  };
  return self;
}

/** A message that knows when it was sent. */
export const message = (fields) => ({
  context: { sentAt: Date.now() },
  payload: { text: filler },
  ...fields,
});

/** Waits so long without holding the VU's sockets up. */
export const after = (delayMs, then) => setTimeout(then, delayMs);
