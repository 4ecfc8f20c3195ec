import type { IncomingMessage, ServerResponse } from "node:http";
import { Admission } from "./admission.ts";
import type { AdmissionOptions } from "./admission-options.ts";
import { ClosedSignal, holdResponse } from "./node-response.ts";

export type { AdmissionOptions } from "./admission-options.ts";

/** The part of Koa's context that is needed. */
export interface KoaContextLike {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly ip: string;
  readonly path: string;
  readonly method: string;
  status: number;
  body: unknown;
  get(header: string): string;
  set(headers: Record<string, string>): void;
}

/** Puts admission in front of a Koa app: `app.use(koaAdmission(options))`, before all others. */
export function koaAdmission<C extends KoaContextLike>(
  options: AdmissionOptions<C>,
): (context: C, next: () => Promise<unknown>) => Promise<void> {
  const admission = new Admission(options);
  return async (context, next) => {
    const { req: request, res: response } = context;
    const verdict = await admission.admit(context, new ClosedSignal(response));
    if (verdict.admitted) {
      holdResponse({ request, response, permit: verdict }, options);
      await next();
      return;
    }
    context.status = verdict.status;
    context.body = verdict.body;
    context.set({ ...verdict.headers });
  };
}
