import type { DropReason, ErrorCode, Receipt } from "@breakwater/message";

/** What the bridge has counted since it began. Plain counts: some are on its hottest path. */
export class BridgeFigures {
  direct = 0;
  broadcasts = 0;
  deliveries = 0;
  redelivered = 0;
  /** WebSockets that were opened. */
  connections = 0;
  readonly receipts: Record<Receipt["status"], number> = { delivered: 0, queued: 0, dropped: 0 };
  readonly dropped: Map<DropReason, number> = new Map();
  readonly mistakes: Map<ErrorCode, number> = new Map();
  lastError: ErrorCode | null = null;

  get messages(): number {
    return this.direct + this.broadcasts;
  }

  get errors(): number {
    return sum(this.mistakes);
  }

  drop(reason: DropReason): void {
    this.dropped.set(reason, (this.dropped.get(reason) ?? 0) + 1);
  }

  /** Without its sentence, which may quote what one client sent, and all may ask for this. */
  mistake({ code }: { readonly code: ErrorCode }): void {
    this.mistakes.set(code, (this.mistakes.get(code) ?? 0) + 1);
    this.lastError = code;
  }
}

function sum(counts: ReadonlyMap<unknown, number>): number {
  let all = 0;
  for (const count of counts.values()) all += count;
  return all;
}
