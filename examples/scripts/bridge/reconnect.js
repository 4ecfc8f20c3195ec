// Agents that come and go, as on a bad network: each registers by its token, takes what waits for
// it, leaves a message for the next one, and goes.
//   bw run examples/scripts/bridge/reconnect.js -e RATE=500
import { after, agent, message, seconds, within } from "./bridge.js";

const RATE = Number(__ENV.RATE ?? 100);
const PEOPLE = 200;

export const options = {
  scenarios: {
    come_and_go: {
      executor: "constant-arrival-rate",
      rate: RATE,
      timeUnit: "1s",
      duration: seconds(30),
      preAllocatedVUs: PEOPLE,
      maxVUs: PEOPLE,
    },
  },
  thresholds: {
    registered: ["rate>0.99"],
    messages_dropped: ["count==0"],
    register_time: [within(95, 250)],
  },
};

const register = (id) => ({ acks: true, receipts: true, clientToken: `${id}-its-own-secret` });

export default function () {
  const id = `guest-${__VU}`;
  const to = `guest-${(__VU % PEOPLE) + 1}`;
  const guest = agent(id, register(id), {
    ready: () => guest.send(message({ id: `${id}-${__ITER}-${Date.now()}`, to })),
    // Its own message has arrived, or waits.
    receipt: () => after(20, guest.close),
  });
}
