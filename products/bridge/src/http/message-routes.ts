import type { DeadLetter, HistoryEntry, HistoryQuery, Message } from "@breakwater/message";
import type { Call, ServiceRoutes } from "@breakwater/service";
import { BridgeError } from "../bridge-error.ts";
import { isVisible, viewerOf } from "./access.ts";
import { respondJson, respondList } from "./answers.ts";
import type { RouteParts } from "./route-parts.ts";

/** What was said, as far as whoever asks may see it, and what waits. */
export function messageRoutes(parts: RouteParts): ServiceRoutes {
  const { views, settings } = parts;
  return {
    "GET /history": async (call) => {
      const query = new URLSearchParams(call.request.query);
      const entries = await views.history({
        limit: limitOf(query, settings.historyLimit),
        ...filtersOf(query),
        viewer: await viewerOf(parts, call),
      });
      respondList(
        call,
        "history",
        entries.values().map(({ message }) => message.json),
      );
    },
    "GET /tasks": async (call) => {
      const viewer = await viewerOf(parts, call);
      const entries = await views.history({ limit: settings.historyLimit, viewer });
      respondList(
        call,
        "tasks",
        tasksOf(entries)
          .values()
          .map((task) => JSON.stringify(task)),
      );
    },
    "GET /dead-letters": async (call) => {
      const viewer = await viewerOf(parts, call);
      const limit = limitOf(new URLSearchParams(call.request.query), settings.maxDeadLetters);
      const letters = await views.deadLetters(settings.maxDeadLetters);
      const shown = letters.filter(({ message }) => isVisible(message, viewer)).slice(0, limit);
      const toText = ({ message, reason, atMs }: DeadLetter): string => {
        const at = new Date(atMs).toISOString();
        return `{"reason":"${reason}","at":"${at}","envelope":${message.json}}`;
      };
      respondList(call, "deadLetters", shown.values().map(toText));
    },
    "GET /queues": (call) => queues(parts, call),
  };
}

async function queues({ views, keeper }: RouteParts, call: Call): Promise<void> {
  const limit = limitOf(new URLSearchParams(call.request.query), MAX_QUEUES);
  const mailboxes = await views.mailboxes(limit);
  const { queuedMessages, queuedBytes, mailboxes: count } = keeper.figures;
  respondJson(call, {
    queues: mailboxes.map(({ id, messages, bytes, oldestAtMs }) => ({
      ...{ id, messages, bytes },
      oldestAt: new Date(oldestAtMs).toISOString(),
    })),
    ...{ count, messages: queuedMessages, bytes: queuedBytes },
  });
}

const MAX_QUEUES = 1000;

/** The newest so many: all that there are if it is not said, and none if it says 0. */
function limitOf(query: URLSearchParams, most: number): number {
  const text = query.get("limit");
  if (text === null || text === "") return most;
  if (/^\d{1,15}$/.test(text)) return Math.min(most, Number(text));
  const shown = JSON.stringify(text.slice(0, MAX_SHOWN));
  throw new BridgeError("bad_request", `Cannot show ${shown} entries: write a whole number from 0`);
}

const MAX_SHOWN = 40;

function filtersOf(query: URLSearchParams): Omit<HistoryQuery, "limit" | "viewer"> {
  const given = ["agentId", "taskId", "intent"].flatMap((name) => {
    const value = query.get(name);
    return value === null || value === "" ? [] : [[name, value] as const];
  });
  return Object.fromEntries(given);
}

interface Task {
  readonly intents: Set<string>;
  readonly participants: Set<string>;
  last: Message;
}

function tasksOf(entries: readonly HistoryEntry[]): readonly object[] {
  const tasks = new Map<string, Task>();
  for (const { message } of entries) {
    const { taskId, intent, from, to } = message.envelope;
    if (taskId === null) continue;
    const task = tasks.get(taskId) ?? {
      intents: new Set(),
      participants: new Set(),
      last: message,
    };
    task.intents.add(intent);
    for (const who of [from, to]) if (who !== null) task.participants.add(who);
    task.last = message;
    tasks.set(taskId, task);
  }
  return [...tasks].map(([taskId, { intents, participants, last }]) => ({
    taskId,
    intents: [...intents],
    participants: [...participants],
    lastUpdate: last.envelope.timestamp,
    lastEnvelope: last.envelope,
  }));
}
