// How many agents it holds that say nothing but that they are there: looks at nothing but goodbyes.
//   bw run examples/scripts/bridge/idle.js -e AGENTS=10
import { after, agent, agents, ms, seconds, within } from "./bridge.js";

export const options = {
  scenarios: {
    arrive: {
      executor: "ramping-vus",
      startVUs: 0,
      stages: [
        { duration: seconds(20), target: agents(1000) },
        { duration: seconds(40), target: agents(1000) },
      ],
      gracefulRampDown: "30s",
      gracefulStop: "1m",
    },
  },
  thresholds: {
    registered: ["rate==1"],
    bridge_errors: ["count==0"],
    goodbyes: ["count==0"],
    register_time: [within(95, 500)],
  },
};

export default function () {
  const quiet = agent(`idle-${__VU}-${__ITER}`, {}, { ready: () => after(ms(60), quiet.close) });
}
