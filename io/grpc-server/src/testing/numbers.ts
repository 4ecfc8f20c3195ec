import type { GrpcCall } from "../grpc-call.ts";
import { type GrpcService, grpcService, stream, unary } from "../grpc-service.ts";
import { type MessageCodec, messageCodec } from "../message-codec.ts";
import { type ProtoFile, protoFile } from "../proto-file.ts";
import { GrpcError } from "../status.ts";

export interface Num {
  readonly value: number;
  readonly note?: Uint8Array;
}

const text = `syntax = "proto3";
package test.v1;
service Numbers {
  rpc Double(Num) returns (Num);
  rpc Sum(stream Num) returns (Num);
  rpc Count(Num) returns (stream Num);
  rpc Mirror(stream Num) returns (stream Num);
  rpc Never(Num) returns (Num);
}
message Num { int32 value = 1; bytes note = 2; }
`;

export const numbersFile: ProtoFile = protoFile({ name: "test/v1/numbers.proto", text });

const codec: MessageCodec = messageCodec(numbersFile.root.lookupType("test.v1.Num"));

export function encodeNum(num: Num): Uint8Array {
  return codec.encode(num);
}

export function valuesOf(messages: readonly Uint8Array[]): number[] {
  return messages.map((bytes) => (codec.decode(bytes, 0, bytes.length) as Num).value);
}

export interface NumbersOptions {
  /** Instead of twice the number. */
  readonly double?: (num: Num, call: GrpcCall) => Num | Promise<Num>;
  /** Called before each message of Mirror goes back. */
  readonly beforeMirror?: (num: Num) => void | Promise<void>;
}

/** One method of each kind. */
export function numbersService({ double, beforeMirror }: NumbersOptions = {}): GrpcService {
  return grpcService({
    file: numbersFile,
    name: "test.v1.Numbers",
    handlers: {
      Double: unary<Num, Num>(double ?? (({ value, note }) => ({ value: 2 * value, note }) as Num)),
      Sum: stream<Num, Num>((call) => {
        let sum = 0;
        return {
          onMessage({ value }) {
            sum += value;
          },
          onEnd() {
            call.send({ value: sum });
            call.end();
          },
        };
      }),
      Count: stream<Num, Num>((call) => ({
        onMessage({ value }) {
          let next = 1;
          const sendMore = (): void => {
            while (next <= value) {
              if (!call.send({ value: next++ })) return;
            }
            call.end();
          };
          call.onDrain(sendMore);
          sendMore();
        },
        onEnd: () => {},
      })),
      Mirror: stream<Num, Num>((call) => ({
        async onMessage(num) {
          if (num.value < 0) throw new GrpcError("OUT_OF_RANGE", "less than nought");
          await beforeMirror?.(num);
          call.send(num);
        },
        onEnd: () => call.end(),
      })),
      Never: unary<Num, Num>(() => new Promise(() => {})),
    },
  });
}
