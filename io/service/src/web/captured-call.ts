import {
  type Answer,
  type AnswerBody,
  type AnswerHead,
  PreparedAnswer,
  type ReceivedRequest,
} from "@breakwater/http-server";
import type { Field } from "@breakwater/wire";
import type { Call } from "../call.ts";
import { rewrittenCall } from "../rewritten-call.ts";
import { isUnchanged } from "./cache-rules.ts";
import type { KeptAnswer } from "./cache-store.ts";

export type WholeAnswer = Omit<KeptAnswer, "tags" | "freshMs">;

export interface CaptureOptions {
  readonly maxBodyBytes: number;
  /** The answer begins: false if it is not to be given, because there is a better one. */
  readonly onAnswer: (head: AnswerHead) => boolean;
  /** It was given in full. */
  readonly onWhole: (answer: WholeAnswer) => void;
  readonly onTooLong: () => void;
}

/** The call, with a copy made of what its handler answers, as long as that is not too long. */
export function capturedCall(call: Call, options: CaptureOptions): Call {
  const { maxBodyBytes, onAnswer, onWhole, onTooLong } = options;
  const besides: Field[] = [];
  const varies: string[] = [];
  const whole = ({ status, fields = [] }: AnswerHead, body: Uint8Array): void => {
    if (body.length > maxBodyBytes) onTooLong();
    else onWhole({ status, fields: together({ fields, besides, varies }), body });
  };
  return rewrittenCall(call, {
    request: unconditional(call.request),
    onFields: (fields) => void besides.push(...fields),
    onVary: (name) => void varies.push(name),
    respond: (answer: Answer | PreparedAnswer) => {
      const prepared = answer instanceof PreparedAnswer ? answer : new PreparedAnswer(answer);
      if (!onAnswer(prepared.answer)) return;
      // Kept first: once it is answered, the call is over for whoever waits.
      whole(prepared.answer, prepared.body);
      const { status, fields = [] } = prepared.answer;
      if (status === 200 && isUnchanged(call.request, fields))
        call.respond({ status: 304, fields });
      else call.respond(answer);
    },
    begin: (head) => {
      if (!onAnswer(head)) return nobody;
      const parts: Uint8Array[] = [];
      let length = 0;
      const body = call.begin(head);
      return {
        ...body,
        write: (bytes) => {
          length += bytes.length;
          if (length <= maxBodyBytes) parts.push(bytes.slice());
          else if (length - bytes.length <= maxBodyBytes) {
            parts.length = 0;
            onTooLong();
          }
          return body.write(bytes);
        },
        end: (trailers) => {
          if (length <= maxBodyBytes) whole(head, Buffer.concat(parts));
          body.end(trailers);
        },
      };
    },
  });
}

/** Others want the answer as well, who have not what this client has. */
function unconditional(request: ReceivedRequest): ReceivedRequest {
  const isConditional = (name: string): boolean => /^if-/i.test(name);
  const conditions = ["if-none-match", "if-modified-since", "if-match", "if-unmodified-since"];
  if (conditions.every((name) => request.header(name) === undefined)) return request;
  const { protocol, method, target, path, query, authority, contentLength, hasBody } = request;
  return {
    ...{ protocol, method, target, path, query, authority, contentLength, hasBody },
    headers: () => request.headers().filter(([name]) => !isConditional(name)),
    header: (name) => (isConditional(name) ? undefined : request.header(name)),
    memo: undefined,
  };
}

interface Parts {
  readonly fields: readonly Field[];
  readonly besides: readonly Field[];
  readonly varies: readonly string[];
}

/** As ServiceCall sends them: what the answer says itself stands, a Vary is joined. */
function together({ fields, besides, varies }: Parts): Field[] {
  const said = new Set(fields.map(([name]) => name.toLowerCase()));
  const last = new Map(besides.filter(([name]) => !said.has(name)));
  const all = [...fields, ...last];
  return varies.length === 0 ? all : [...all, ["vary", varies.join(", ")]];
}

const nobody: AnswerBody = { write: () => true, onDrain: () => {}, end: () => {}, abort: () => {} };
