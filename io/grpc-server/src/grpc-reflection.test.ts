import { expect, test } from "bun:test";
import { systemClock } from "@breakwater/system-clock";
import { grpcHandler } from "./grpc-handler.ts";
import { withReflection } from "./grpc-reflection.ts";
import { grpcTestClient } from "./testing/grpc-test-client.ts";
import { numbersFile, numbersService } from "./testing/numbers.ts";
import { serveGrpc } from "./testing/serve-grpc.ts";

/** What the server answers to the question. */
async function ask(version: string, question: unknown): Promise<unknown> {
  const onError = (error: unknown): void => {
    throw error;
  };
  const services = withReflection([numbersService()]);
  await using server = serveGrpc(grpcHandler({ services, clock: systemClock(), onError }));
  using client = await grpcTestClient(server.port);
  const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
  const stream = client.stream(path);
  stream.send(question);
  const answer = await stream.next();
  stream.end();
  expect((await stream.ended).code).toBe(0);
  return answer;
}

const numbers = {
  fileDescriptorResponse: {
    fileDescriptorProto: [Buffer.from(numbersFile.descriptor).toString("base64")],
  },
};
const failure = (errorCode: number, errorMessage: string): unknown => ({
  errorResponse: { errorCode, errorMessage },
});

test.each(["v1", "v1alpha"])("by %s all services are listed", async (version) => {
  const names = [
    "test.v1.Numbers",
    "grpc.reflection.v1.ServerReflection",
    "grpc.reflection.v1alpha.ServerReflection",
  ];
  expect(await ask(version, { listServices: "*" })).toMatchObject({
    originalRequest: { listServices: "*" },
    listServicesResponse: { service: names.map((name) => ({ name })) },
  });
});

test.each([
  [{ fileByFilename: "test/v1/numbers.proto" }, numbers],
  [{ fileContainingSymbol: "test.v1.Numbers" }, numbers],
  [{ fileContainingSymbol: "test.v1.Numbers.Double" }, numbers],
  [{ fileContainingSymbol: "test.v1.Num" }, numbers],
  [{ fileContainingSymbol: "test.v1.Num.value" }, numbers],
  [
    { allExtensionNumbersOfType: "test.v1.Num" },
    { allExtensionNumbersResponse: { baseTypeName: "test.v1.Num", extensionNumber: [] } },
  ],
  [{ fileByFilename: "other.proto" }, failure(5, "Cannot find the file other.proto")],
  [{ fileContainingSymbol: "test.v1" }, failure(5, "Cannot find the symbol test.v1")],
  [{ fileContainingSymbol: "Num" }, failure(5, "Cannot find the symbol Num")],
  [
    { fileContainingSymbol: "test.v1.Num.other" },
    failure(5, "Cannot find the symbol test.v1.Num.other"),
  ],
  [{ fileContainingSymbol: "" }, failure(5, "Cannot find the symbol ")],
  [{ allExtensionNumbersOfType: "Num" }, failure(5, "Cannot find the type Num")],
  [
    { fileContainingExtension: { containingType: "test.v1.Num", extensionNumber: 7 } },
    failure(5, "Cannot find extension 7 of test.v1.Num"),
  ],
  [{}, failure(3, "Cannot answer a request that asks for nothing")],
])("%p is answered, and repeated in its answer", async (question, wanted) => {
  const sent = { host: "some.host", ...question };
  expect(await ask("v1", sent)).toMatchObject({ originalRequest: sent, ...(wanted as object) });
});
