// How many direct messages go from agent to agent, and how long they take: each VU is a pair, of
// which one sends as soon as it has its receipt.
//   bw run examples/scripts/bridge/direct.js -e AGENTS=2 -e PAYLOAD=1000
import { after, agent, agents, message, ms, within } from "./bridge.js";

export const options = {
  scenarios: {
    pairs: { executor: "per-vu-iterations", vus: agents(64), iterations: 1, maxDuration: "10m" },
  },
  thresholds: {
    registered: ["rate==1"],
    messages_dropped: ["count==0"],
    bridge_errors: ["count==0"],
    message_time: [within(95, 50), within(99, 200)],
    receipt_time: [within(95, 50)],
  },
};

/** Under way at once, of each pair. */
const WINDOW = Number(__ENV.WINDOW ?? 1);

export default function () {
  const to = `direct-${__VU}-receiver`;
  const receiver = agent(to, { acks: true, window: 1000 }, { ready: () => start(receiver) });
}

function start(receiver) {
  let isOver = false;
  let next = 0;
  const sendOne = (self) => self.send(message({ id: `${self.id}-${next++}`, to: receiver.id }));
  const sender = agent(
    `direct-${__VU}-sender`,
    { receipts: true },
    {
      ready: (self) => {
        for (let count = 0; count < WINDOW; count += 1) sendOne(self);
      },
      receipt: () => {
        if (!isOver) sendOne(sender);
      },
    },
  );
  after(ms(30), () => {
    isOver = true;
    // What is under way may still arrive.
    after(500, () => {
      sender.close();
      receiver.close();
    });
  });
}
