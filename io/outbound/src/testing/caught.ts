import { OutboundError } from "../outbound-error.ts";

/** The error that it ends with. */
export async function caught(work: Promise<unknown>): Promise<OutboundError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof OutboundError) return error;
    throw error;
  }
  throw new Error("it was done");
}
