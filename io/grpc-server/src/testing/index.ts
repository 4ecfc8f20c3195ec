export {
  type GrpcTestClient,
  grpcTestClient,
  type TestOutcome,
  type TestStream,
} from "./grpc-test-client.ts";
export { serveGrpc } from "./serve-grpc.ts";
