export {
  type KeeperContract,
  type OpenKeeper,
  type TestedKeeper,
  type TestRunner,
  testKeeper,
} from "./keeper-contract.ts";
export { type Arrival, KeeperStage, testMeta } from "./keeper-stage.ts";
export { START_MS, type TestMessage, testMessage } from "./test-message.ts";
