import type { DropReason } from "@breakwater/bridge-client";

/** A newer bridge may have reasons that are not known here. */
export function reasonInWords(reason: DropReason | undefined): string {
  return reason === undefined ? "the bridge does not say why" : (reasons[reason] ?? reason);
}

const reasons: Readonly<Record<DropReason, string>> = {
  queue_full: "as many messages wait for it as may",
  store_full: "the bridge keeps as many messages as it may",
  too_many_recipients: "messages wait for as many recipients as may",
  expired: "it waited for too long",
  unacknowledged: "it was delivered again and again, and never acknowledged",
  store_unavailable: "the bridge cannot reach what keeps its messages",
};
