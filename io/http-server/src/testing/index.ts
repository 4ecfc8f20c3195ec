export {
  type FakeAnswer,
  type FakeExchange,
  type FakeRequest,
  fakeExchange,
} from "./fake-exchange.ts";
export { type RawClient, rawClient } from "./raw-client.ts";
