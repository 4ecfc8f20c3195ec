// Runs the Bun that came as a dependency: `node tools/bun.js test`. The npm scripts go through it
// so that they also work after `npm ci --ignore-scripts`, where node_modules/.bin/bun is a stub.
import { handOver } from "../products/cli/bin/hand-over.js";

handOver(process.argv.slice(2));
