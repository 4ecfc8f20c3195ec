import { describe, expect, test } from "bun:test";
import { deflateSync, gzipSync } from "node:zlib";
import { FakeClock } from "@breakwater/clock/testing";
import { grpcHandler } from "./grpc-handler.ts";
import { GrpcError } from "./status.ts";
import { type FakeCall, type FakeCallOptions, fakeCall } from "./testing/fake-call.ts";
import {
  encodeNum,
  type Num,
  type NumbersOptions,
  numbersService,
  valuesOf,
} from "./testing/numbers.ts";

interface Begun extends FakeCall {
  readonly clock: FakeClock;
  readonly errors: unknown[];
}

interface BeginOptions extends Partial<FakeCallOptions>, NumbersOptions {
  /** "Double" */
  readonly name?: string;
}

/** A call of test.v1.Numbers. */
function begin(options: BeginOptions): Begun {
  const clock = new FakeClock();
  const errors: unknown[] = [];
  const handler = grpcHandler({
    services: [numbersService(options)],
    clock,
    onError: (error) => void errors.push(error),
    maxMessageBytes: 1000,
  });
  const call = fakeCall({ path: `/test.v1.Numbers/${options.name ?? "Double"}`, ...options });
  void handler(call.exchange);
  return Object.assign(call, { clock, errors });
}

/** The call after these messages and a half-close. */
function run(options: BeginOptions, nums: readonly Num[]): Begun {
  const call = begin(options);
  for (const num of nums) call.send(encodeNum(num));
  call.halfClose();
  return call;
}

/** Long enough for handlers that await once or twice. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

/** A message's prefix says that it is compressed. */
function compressed(bytes: Uint8Array): Uint8Array {
  const framed = new Uint8Array(5 + bytes.length);
  new DataView(framed.buffer).setUint32(1, bytes.length);
  framed[0] = 1;
  framed.set(bytes, 5);
  return framed;
}

describe("a unary call", () => {
  test("is answered at once with head, message and trailers", () => {
    const { headers, httpStatus, messages, status, trailers } = run({}, [{ value: 21 }]).answer();
    expect([httpStatus, headers]).toEqual([200, [["content-type", "application/grpc"]]]);
    expect(valuesOf(messages)).toEqual([42]);
    expect(status).toEqual(["0", ""]);
    expect(trailers).toEqual([["grpc-status", "0"]]);
  });

  test("is answered when its promise resolves", async () => {
    const double = async ({ value }: Num) => ({ value: value + 1 });
    const call = run({ double }, [{ value: 1 }]);
    expect(call.answer().status).toBeUndefined();
    await call.exchange.done;
    expect([valuesOf(call.answer().messages), call.answer().status]).toEqual([[2], ["0", ""]]);
  });

  test("may be sent byte by byte", () => {
    const call = begin({});
    for (const byte of encodeNum({ value: 300 })) call.send(new Uint8Array([byte]));
    call.halfClose();
    expect(valuesOf(call.answer().messages)).toEqual([600]);
  });

  test("keeps the bytes of its message when its memory is used again", () => {
    let kept: Uint8Array | undefined;
    const double = (num: Num): Num => {
      kept = num.note;
      return num;
    };
    run({ double }, [{ value: 1, note: new Uint8Array([1, 2, 3]) }]);
    expect([...kept!]).toEqual([1, 2, 3]);
  });

  test("has metadata both ways, and knows who calls", () => {
    const double: NumbersOptions["double"] = (num, call) => {
      call.addHeader(["first", "1"]);
      for (const [name, value] of call.metadata) {
        if (name.startsWith("x-")) call.addTrailer([name, value]);
      }
      call.addTrailer(["who", `${call.source} ${call.path}`]);
      return num;
    };
    const own = [
      ["x-a", "1"],
      ["x-a", "2"],
      ["x-bin", "AQI"],
    ] as const;
    const { headers, trailers } = run({ double, headers: own }, [{ value: 1 }]).answer();
    expect(headers).toEqual([
      ["content-type", "application/grpc"],
      ["first", "1"],
    ]);
    expect(trailers).toEqual([
      ["grpc-status", "0"],
      ...own,
      ["who", "192.0.2.7:40312 /test.v1.Numbers/Double"],
    ]);
  });

  test("that fails has a status, percent-encoded, and nothing but trailers", () => {
    const double = (): Num => {
      throw new GrpcError("NOT_FOUND", "not hère");
    };
    const call = run({ double }, [{ value: 1 }]);
    const { messages, status, trailers } = call.answer();
    expect([status, messages, call.errors]).toEqual([["5", "not h%C3%A8re"], [], []]);
    expect(trailers).toBe(call.answer().headers);
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("a bug");
      },
    ],
    [
      "rejects",
      async () => {
        throw new Error("a bug");
      },
    ],
  ])("whose handler %s is UNKNOWN, and only the server hears why", async (_how, double) => {
    const call = run({ double }, [{ value: 1 }]);
    await call.exchange.done;
    expect(call.answer().status).toEqual(["2", "The server failed to answer"]);
    expect(String(call.errors)).toBe("Error: a bug");
  });

  test.each([
    ["no message", [], "Cannot take none: /test.v1.Numbers/Double takes one message"],
    ["two messages", [{ value: 1 }, { value: 2 }], "Cannot take several"],
  ])("with %s is UNIMPLEMENTED", (_name, nums, message) => {
    const { status } = run({}, nums).answer();
    expect(status).toEqual(["12", expect.stringContaining(message)]);
  });
});

describe("a stream", () => {
  test("of the client's is answered once", () => {
    const nums = [1, 2, 3].map((value) => ({ value }));
    const { messages, status } = run({ name: "Sum" }, nums).answer();
    expect([valuesOf(messages), status]).toEqual([[6], ["0", ""]]);
  });

  test("of the server's waits for a slow client", () => {
    const call = begin({ name: "Count" });
    call.exchange.block();
    call.send(encodeNum({ value: 5 }));
    call.halfClose();
    expect(valuesOf(call.answer().messages)).toEqual([1]);
    call.exchange.drain();
    expect(valuesOf(call.answer().messages)).toEqual([1, 2, 3, 4, 5]);
    expect(call.answer().status).toEqual(["0", ""]);
  });

  test("of both is in order, and ends with the client's end", async () => {
    const call = begin({ name: "Mirror" });
    for (const value of [1, 2]) call.send(encodeNum({ value }));
    await settle();
    expect(valuesOf(call.answer().messages)).toEqual([1, 2]);
    call.send(encodeNum({ value: 3 }));
    call.halfClose();
    await call.exchange.done;
    expect([valuesOf(call.answer().messages), call.answer().status]).toEqual([
      [1, 2, 3],
      ["0", ""],
    ]);
  });

  test("that fails in its midst keeps what was answered before", async () => {
    const call = run({ name: "Mirror" }, [{ value: 1 }, { value: -1 }, { value: 2 }]);
    await call.exchange.done;
    expect([valuesOf(call.answer().messages), call.answer().status]).toEqual([
      [1],
      ["11", "less than nought"],
    ]);
  });

  test("makes its client wait while the handler is busy, and then goes on", async () => {
    const busy = Promise.withResolvers<void>();
    const call = begin({ name: "Mirror", beforeMirror: () => busy.promise });
    call.send(encodeNum({ value: 1 }));
    call.send(encodeNum({ value: 2 }));
    await settle();
    expect([call.isPaused, call.answer().messages]).toEqual([true, []]);
    busy.resolve();
    await settle();
    expect([call.isPaused, valuesOf(call.answer().messages)]).toEqual([false, [1, 2]]);
  });

  test("makes its client wait while it does not take the answers", async () => {
    const call = begin({ name: "Mirror" });
    call.exchange.block();
    for (const value of [1, 2, 3]) call.send(encodeNum({ value }));
    await settle();
    expect([call.isPaused, valuesOf(call.answer().messages)]).toEqual([true, [1]]);
    call.exchange.drain();
    await settle();
    expect([call.isPaused, valuesOf(call.answer().messages)]).toEqual([false, [1, 2, 3]]);
  });

  test("whose client does not wait is ended before it fills the memory", () => {
    const call = begin({ name: "Mirror", beforeMirror: () => new Promise(() => {}) });
    const part = Buffer.concat(Array.from({ length: 4000 }, () => encodeNum({ value: 1 })));
    const enough = Math.ceil((2 * 1024 * 1024) / part.length);
    for (let turn = 0; turn < enough; turn += 1) call.send(part);
    expect(call.answer().status?.[0]).toBe("8");
  });
});

describe("a deadline", () => {
  test("ends a call that takes too long, and its handler hears of it", async () => {
    let isCancelled = false;
    const double: NumbersOptions["double"] = (_num, call) => {
      call.onCancel(() => {
        isCancelled = true;
      });
      return new Promise(() => {});
    };
    const call = run({ double, headers: [["grpc-timeout", "50m"]] }, [{ value: 1 }]);
    await call.clock.advanceTo(49);
    expect([call.answer().status, isCancelled]).toEqual([undefined, false]);
    await call.clock.advanceTo(50);
    expect(call.answer().status).toEqual(["4", "The client's deadline has passed"]);
    expect(isCancelled).toBe(true);
  });

  test("does nothing to a call that was in time", async () => {
    const double = async (num: Num) => num;
    const call = run({ double, headers: [["grpc-timeout", "50m"]] }, [{ value: 1 }]);
    await call.exchange.done;
    await call.clock.advanceTo(100);
    expect(call.answer().status).toEqual(["0", ""]);
  });

  test("that cannot be read is refused", () => {
    const { status } = run({ headers: [["grpc-timeout", "soon"]] }, []).answer();
    expect(status).toEqual(["13", expect.stringContaining("Cannot read grpc-timeout soon")]);
  });
});

test("a client that goes away cancels its call, and is told nothing more", () => {
  const cancelled: string[] = [];
  const double: NumbersOptions["double"] = (_num, call) => {
    call.onCancel(() => void cancelled.push("told"));
    return new Promise(() => {});
  };
  const call = run({ double }, [{ value: 1 }]);
  call.exchange.goAway();
  expect([cancelled, call.answer().messages, call.errors]).toEqual([["told"], [], []]);
});

describe("a compressed message", () => {
  const zeros = encodeNum({ value: 4, note: new Uint8Array(900) }).subarray(5);

  test.each([
    ["gzip", gzipSync(zeros)],
    ["deflate", deflateSync(zeros)],
  ])("by %s is read", (encoding, bytes) => {
    const call = begin({
      double: ({ value }) => ({ value }),
      headers: [["grpc-encoding", encoding]],
    });
    call.send(compressed(bytes));
    call.halfClose();
    expect(valuesOf(call.answer().messages)).toEqual([4]);
  });

  test.each([
    ["that unfolds beyond the limit", "gzip", gzipSync(new Uint8Array(1e5)), "8", "more than 1000"],
    ["that is none", "gzip", new Uint8Array(9), "13", "not gzip"],
    ["without an encoding", "identity", gzipSync(zeros), "13", "no grpc-encoding"],
    ["by what nobody knows", "snappy", gzipSync(zeros), "12", "send identity, gzip, deflate"],
  ])("%s is refused", (_name, encoding, bytes, code, message) => {
    const call = begin({ headers: [["grpc-encoding", encoding]] });
    call.send(compressed(bytes));
    call.halfClose();
    expect(call.answer().status).toEqual([code, expect.stringContaining(message)]);
  });

  test("of an unknown encoding is told what would do", () => {
    const { headers } = begin({ headers: [["grpc-encoding", "snappy"]] }).answer();
    expect(headers).toContainEqual(["grpc-accept-encoding", "identity,gzip,deflate"]);
  });
});

test.each([
  ["beyond the limit", [0, 0, 0, 3, 233], "8"],
  ["of another type", [0, 0, 0, 0, 1, 0xff], "13"],
  ["that is cut off", [0, 0, 0, 0, 9, 8], "13"],
])("a message %s is refused", (_name, bytes, code) => {
  const call = begin({});
  call.send(new Uint8Array(bytes));
  call.halfClose();
  expect(call.answer().status?.[0]).toBe(code);
});

test.each([
  [
    "/test.v1.Numbers/Half",
    "Cannot call /test.v1.Numbers/Half: its service has no such method here",
  ],
  ["/other.Service/Get", "Cannot call /other.Service/Get: there is no such service here"],
  ["/", "Cannot call /: there is no such service here"],
])("the call of %p is UNIMPLEMENTED", (path, message) => {
  expect(begin({ path }).answer().status).toEqual(["12", message]);
});

test.each(["application/grpc+proto", "application/grpc;charset=utf-8", "Application/gRPC"])(
  "the content type %p is gRPC",
  (contentType) => {
    expect(run({ contentType }, [{ value: 1 }]).answer().status?.[0]).toBe("0");
  },
);

test.each([
  [{ contentType: undefined }, 415, "Cannot answer a request without content-type: "],
  [{ contentType: "application/grpc+json" }, 415, "Cannot answer application/grpc+json: "],
  [{ contentType: "application/grpc-web" }, 415, "application/grpc over HTTP/2"],
  [{ contentType: "text/html", method: "GET" }, 415, "this port speaks gRPC"],
  [{ method: "GET" }, 405, "Cannot answer GET: a call of gRPC is a POST"],
  [{ protocol: "HTTP/1.1" as const }, 505, "Cannot answer gRPC over HTTP/1.1: use HTTP/2"],
])("what is no call of gRPC, %p, is answered by HTTP's %p", (options, status, message) => {
  const { exchange } = begin(options);
  expect([exchange.answer.head?.status, exchange.text()]).toEqual([
    status,
    expect.stringContaining(message),
  ]);
});
