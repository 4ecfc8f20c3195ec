// Does it work at all? Two agents: a broadcast, a direct message and its receipt, one that waits.
//   bw run examples/scripts/bridge/smoke.js -e BRIDGE_URL=ws://localhost:8080
import { check } from "k6";
import { after, agent, message, within } from "./bridge.js";

export const options = {
  vus: 1,
  iterations: 3,
  thresholds: {
    checks: ["rate==1"],
    registered: ["rate==1"],
    bridge_errors: ["count==0"],
    message_time: [within(95, 100)],
  },
};

export default function () {
  const name = `smoke-${__VU}-${__ITER}-${Date.now()}`;
  const statuses = [];
  const heard = [];
  const bob = agent(
    `${name}-bob`,
    { acks: true },
    {
      message: ({ from, payload }) => heard.push([from, payload.text]),
      ready: () => {
        const ada = agent(
          `${name}-ada`,
          { receipts: true },
          {
            ready: (self) => {
              self.send(message({ id: `${name}-1`, payload: { text: "to all" } }));
              self.send(message({ id: `${name}-2`, to: bob.id, payload: { text: "to one" } }));
              self.send(message({ id: `${name}-3`, to: `${name}-nobody` }));
            },
            receipt: ({ status }) => statuses.push(status),
          },
        );
        after(500, () => {
          check(heard, {
            "both messages arrive in order": () =>
              JSON.stringify(heard) ===
              JSON.stringify([
                [ada.id, "to all"],
                [ada.id, "to one"],
              ]),
          });
          check(statuses, {
            "each has a receipt": () => statuses.toSorted().join() === "delivered,delivered,queued",
          });
          ada.close();
          bob.close();
        });
      },
    },
  );
}
