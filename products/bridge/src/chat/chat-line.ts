/** What a line asks for. */
export type ChatLine =
  | { readonly kind: "empty" }
  | { readonly kind: "direct"; readonly to: string; readonly text: string }
  | { readonly kind: "broadcast"; readonly text: string }
  | { readonly kind: "clients" }
  | { readonly kind: "history"; readonly count: number }
  | { readonly kind: "help" }
  | { readonly kind: "quit" }
  /** `message` is a sentence for whoever typed it. */
  | { readonly kind: "mistake"; readonly message: string };

const DEFAULT_HISTORY = 20;
const MAX_HISTORY = 1000;

/** What one may type, for people. */
export const chatHelp = `@grok Hello      to grok alone; it waits if grok is away
@all Hello       to all others who are connected; so does a line without @
:clients         who is connected; also :agents
:history [20]    what was said, as far as you may see it
:help            this
:quit            leave; also :exit, Ctrl-C, Ctrl-D
Tab completes ids and commands, the arrows go through what you typed before`;

/** `@id text`, `@all text`, `:command`, or text for all. */
export function parseChatLine(line: string): ChatLine {
  const text = line.trim();
  if (text === "") return { kind: "empty" };
  if (text.startsWith("@")) return parseAddressed(text);
  // ":)" is something to say.
  const command = /^:([a-z]+)(?:\s+(.*))?$/i.exec(text);
  return command === null ? { kind: "broadcast", text } : parseCommand(command[1]!, command[2]);
}

function parseAddressed(line: string): ChatLine {
  const [, to = "", text = ""] = /^@(\S*)\s*(.*)$/su.exec(line) ?? [];
  if (to === "") return mistake("Cannot send to nobody: write @grok and what to say, or @all");
  if (text === "") return mistake(`Cannot send nothing: write @${to} and what to say`);
  return to === "all" ? { kind: "broadcast", text } : { kind: "direct", to, text };
}

function parseCommand(name: string, value: string | undefined): ChatLine {
  switch (name.toLowerCase()) {
    case "clients":
    case "agents":
      return { kind: "clients" };
    case "history":
      return parseHistory(value);
    case "help":
      return { kind: "help" };
    case "quit":
    case "exit":
      return { kind: "quit" };
    default:
      return mistake(`There is no command :${name}; :help lists those that there are`);
  }
}

function parseHistory(value: string | undefined): ChatLine {
  if (value === undefined) return { kind: "history", count: DEFAULT_HISTORY };
  const count = /^\d{1,9}$/.test(value) ? Number(value) : 0;
  return count >= 1 && count <= MAX_HISTORY
    ? { kind: "history", count }
    : mistake(`Cannot show ${value} messages: write :history and 1 to ${MAX_HISTORY}`);
}

function mistake(message: string): ChatLine {
  return { kind: "mistake", message };
}

const commands = [":clients", ":agents", ":history", ":help", ":quit", ":exit"];

/** What the line could go on to: `@id ` of those who are known, or a command. */
export function completionsOf(line: string, ids: readonly string[]): readonly string[] {
  const known = [...ids].sort((a, b) => (a < b ? -1 : 1));
  const all = line.startsWith("@") ? ["all", ...known].map((id) => `@${id} `) : commands;
  return line === "" ? [] : all.filter((candidate) => candidate.startsWith(line));
}
