export { protoFolder } from "./schemas.ts";
export { type TestServer, type TestServerOptions, testServer } from "./test-server.ts";
