import { join } from "node:path";
import { simulationPage } from "../core/admission/src/simulator/page.ts";
import { runQueues, runSuite } from "../core/admission/src/simulator/suite.ts";

/** Writes docs/admission-simulation.md anew, after a limit algorithm or a scenario has changed. */
const page = join(import.meta.dir, "../docs/admission-simulation.md");

await Bun.write(page, simulationPage(await runSuite({ seed: 1 }), await runQueues({ seed: 1 })));
