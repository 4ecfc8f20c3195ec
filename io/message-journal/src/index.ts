export type { JournalKeeper } from "./file-keeper.ts";
export { MessageJournalError, type MessageJournalErrorCode } from "./message-journal-error.ts";
export { type JournalDurability, type JournalOptions, openJournal } from "./open-journal.ts";
