import { type PreparedFrame, prepareFrame } from "@breakwater/http-server";
import {
  type BrokerOutlet,
  type DeliveryForm,
  type DropReason,
  encodeDelivery,
  encodeError,
  encodeReceipt,
  type GoodbyeReason,
} from "@breakwater/message";
import type { BridgeFigures } from "../metrics/bridge-figures.ts";
import type { Session } from "./session.ts";

/**
 * What the broker wants to be done, done on WebSockets. Hot path: one frame per delivery; what
 * goes to many is written once for each form in which they want it.
 */
export function outlet({ figures }: { readonly figures: BridgeFigures }): BrokerOutlet<Session> {
  return {
    deliver: (session, message, attempt) => {
      figures.deliveries += 1;
      if (attempt > 1) figures.redelivered += 1;
      const mark = session.acknowledges ? { attempt } : undefined;
      if (session.say(encodeDelivery(message, session.form, mark))) return "taken";
      return session.socket.isOpen ? "slow" : "gone";
    },
    broadcast: (to, message, cursor, onSlow) => {
      const prepared = new Map<
        DeliveryForm,
        Record<"plain" | "marked", PreparedFrame | undefined>
      >();
      const frameFor = ({ form, acknowledges }: Session): PreparedFrame => {
        let frames = prepared.get(form);
        if (frames === undefined) {
          frames = { plain: undefined, marked: undefined };
          prepared.set(form, frames);
        }
        const kind = acknowledges ? "marked" : "plain";
        const mark = acknowledges ? { attempt: 1, cursor } : undefined;
        frames[kind] ??= prepareFrame("text", encodeDelivery(message, form, mark));
        return frames[kind];
      };
      for (const session of to) {
        figures.deliveries += 1;
        if (!session.socket.sendPrepared(frameFor(session))) onSlow(session);
      }
    },
    receipt: (session, receipt) => {
      figures.receipts[receipt.status] += 1;
      if (session.wantsReceipts) session.say(encodeReceipt(receipt));
      else if (receipt.reason !== undefined)
        session.say(encodeError(toError(receipt.id, receipt.reason)));
    },
    end: (session, reason) => session.goodbye(reason, reconnectAfterMs[reason]),
  };
}

/** Whoever was slow comes back when it has had time to breathe. */
const reconnectAfterMs: Partial<Readonly<Record<GoodbyeReason, number>>> = { slow: 1000 };

const toError = (id: string, code: DropReason) => ({ id, code, message: dropSentences[code] });

/** To whom a message cannot be delivered, in a sentence. */
export const dropSentences: Readonly<Record<DropReason, string>> = {
  queue_full:
    "Cannot keep more for this recipient: as much waits for it as may, send less or later",
  store_full: "Cannot keep more for anybody: as much waits as may, send less or later",
  too_many_recipients:
    "Cannot keep messages for one more recipient who is not connected: send to one who is, or later",
  expired: "Cannot deliver it any more: nobody fetched it in time",
  unacknowledged:
    "Cannot deliver it: its recipient was sent it again and again, and never acknowledged it",
  store_unavailable:
    "Cannot keep it: what keeps messages does not answer, send it again in a moment",
};
