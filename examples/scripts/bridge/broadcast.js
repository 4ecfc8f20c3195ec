// What it costs to tell everybody: one agent broadcasts at a steady rate, all others listen.
//   bw run examples/scripts/bridge/broadcast.js -e RATE=20
import { after, agent, agents, message, ms, seconds, within } from "./bridge.js";

const RATE = Number(__ENV.RATE ?? 10);

export const options = {
  scenarios: {
    listeners: {
      executor: "per-vu-iterations",
      vus: agents(1000),
      iterations: 1,
      maxDuration: "10m",
      exec: "listen",
    },
    speaker: {
      executor: "per-vu-iterations",
      vus: 1,
      iterations: 1,
      startTime: seconds(5),
      maxDuration: "10m",
      exec: "speak",
    },
  },
  thresholds: {
    registered: ["rate==1"],
    bridge_errors: ["count==0"],
    goodbyes: ["count==0"],
    message_time: [within(95, 250)],
  },
};

export function listen() {
  const listener = agent(`listener-${__VU}`, {}, { ready: () => after(ms(40), listener.close) });
}

export function speak() {
  const speaker = agent(
    "speaker",
    { receipts: true },
    {
      ready: () => {
        const timer = setInterval(() => speaker.send(message({})), 1000 / RATE);
        after(ms(30), () => {
          clearInterval(timer);
          after(500, speaker.close);
        });
      },
    },
  );
}
