import type { GrpcCall, GrpcStream } from "./grpc-call.ts";
import { type MessageCodec, type MessageParts, messageCodec } from "./message-codec.ts";
import type { ProtoFile } from "./proto-file.ts";

/** A service of a .proto file with a handler for each of its methods. */
export interface GrpcService {
  /** With its package: "echo.EchoService". */
  readonly name: string;
  readonly file: ProtoFile;
  readonly methods: readonly GrpcMethod[];
}

export interface GrpcMethod {
  readonly name: string;
  readonly open: MethodHandler;
  readonly request: MessageCodec;
  readonly response: MessageCodec;
  /** The client may send none or several messages; else it sends one. */
  readonly isRequestStream: boolean;
  readonly isResponseStream: boolean;
}

/**
 * Begins a call; made by unary() and stream(). If it, or what it returned, throws a GrpcError, the
 * call ends with that status; if it throws something else, with UNKNOWN, and onError hears of it.
 */
export type MethodHandler = (call: GrpcStream<unknown>) => MessageReader<unknown>;

/** Told of the client's messages, in order; of nothing after the call's end. */
export interface MessageReader<Request> {
  /** The next message waits until the promise resolves, and while the client takes no answers. */
  onMessage(message: Request): void | Promise<void>;
  /** The client sends no more. */
  onEnd(): void | Promise<void>;
}

/** What a unary call is answered with. */
export type UnaryAnswer<Response> = Response | MessageParts<Response>;

/** Answers one message with one. Hot path: an answer without a promise leaves in one write. */
export function unary<Request, Response>(
  answer: (
    request: Request,
    call: GrpcCall,
  ) => UnaryAnswer<Response> | Promise<UnaryAnswer<Response>>,
): MethodHandler {
  return (call) => {
    let request: Request | undefined;
    const finish = (response: UnaryAnswer<Response>): void => {
      call.send(response);
      call.end();
    };
    return {
      onMessage(message) {
        request = message as Request;
      },
      onEnd() {
        const response = answer(request!, call);
        return response instanceof Promise ? response.then(finish) : finish(response);
      },
    };
  };
}

/** Answers a stream of messages, or with one: whoever opens it also ends it. */
export function stream<Request, Response>(
  open: (call: GrpcStream<Response>) => MessageReader<Request>,
): MethodHandler {
  return open as MethodHandler;
}

export interface GrpcServiceOptions {
  readonly file: ProtoFile;
  /** As in the file, with its package. */
  readonly name: string;
  /** By the methods' names; one without a handler is UNIMPLEMENTED. */
  readonly handlers: Readonly<Record<string, MethodHandler>>;
}

/** @throws Error when the file has no such service, or the service no such method */
export function grpcService({ file, name, handlers }: GrpcServiceOptions): GrpcService {
  const service = file.root.lookupService(name);
  const methods = Object.entries(handlers).map(([methodName, open]): GrpcMethod => {
    const method = service.methods[methodName];
    if (!method?.resolve() || !method.resolvedRequestType || !method.resolvedResponseType) {
      throw new Error(`Cannot serve ${name}/${methodName}: ${file.name} has no such method`);
    }
    return {
      name: methodName,
      open,
      request: messageCodec(method.resolvedRequestType),
      response: messageCodec(method.resolvedResponseType),
      isRequestStream: method.requestStream === true,
      isResponseStream: method.responseStream === true,
    };
  });
  return { name, file, methods };
}
