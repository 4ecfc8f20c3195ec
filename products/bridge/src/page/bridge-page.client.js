// The page of `bw bridge`: who is connected, what waits, and what goes by.

import { fetchDeadLetters, observe, token } from "./connection.client.js";
import { ageOf, clockOf, fillRows, find, lineOf, sizeOf } from "./words.client.js";

/** Of the stream: older ones go. */
const MAX_ROWS = 300;

const states = {
  connecting: ["Connecting…", ""],
  open: ["Live", "good"],
  waiting: ["Not connected: trying again", "bad"],
  refused: ["A token is wanted", "bad"],
};

const view = {
  isPaused: false,
  filter: "",
  deadLetters: -1,
};

find("token-form").addEventListener("submit", (event) => {
  event.preventDefault();
  token.set(find("token").value.trim());
  find("token").value = "";
  find("token-form").hidden = true;
  start();
});
find("sign-out").addEventListener("click", () => {
  token.forget();
  location.reload();
});
find("pause").addEventListener("click", () => {
  view.isPaused = !view.isPaused;
  find("pause").setAttribute("aria-pressed", view.isPaused);
});
find("filter").addEventListener("input", ({ target }) => {
  view.filter = target.value.toLowerCase();
  for (const row of find("stream").children) row.hidden = !fits(row);
});
start();

function start() {
  observe({
    state: showState,
    frame: (frame) => {
      if (frame.type === "snapshot") showSnapshot(frame);
      else if (frame.type === "seen" && !view.isPaused) showMessage(frame);
    },
  });
}

function showState(state) {
  const [text, kind] = states[state];
  find("state").textContent = text;
  find("state").className = `pill ${kind}`;
  if (state === "open") find("board").hidden = false;
  if (state !== "refused") {
    find("sign-out").hidden = token.get() === undefined;
    return;
  }
  const isWrong = token.get() !== undefined;
  find("token-error").textContent = isWrong ? "That is neither of them" : "";
  token.forget();
  find("sign-out").hidden = true;
  find("board").hidden = true;
  find("token-form").hidden = false;
  find("token").focus();
}

function showSnapshot({ agents, mailboxes, figures, atMs }) {
  for (const [name, count] of Object.entries(figures)) {
    const place = find(`figure-${name}`);
    if (place !== null) place.textContent = count.toLocaleString();
  }
  const waiting = new Map(mailboxes.map(({ id, messages }) => [id, messages]));
  fillRows(find("agents").tBodies[0], find("agent-row"), agents, (agent) => [
    agent.id,
    agent.role,
    [...agent.labels, ...agent.intents].join(", "),
    `${ageOf(atMs - Date.parse(agent.lastSeen))} ago`,
    `${waiting.get(agent.id) ?? 0}`,
  ]);
  find("no-agents").hidden = agents.length > 0;
  fillRows(find("queues").tBodies[0], find("queue-row"), mailboxes, (mailbox) => [
    mailbox.id,
    mailbox.messages.toLocaleString(),
    sizeOf(mailbox.bytes),
    ageOf(atMs - mailbox.oldestAtMs),
  ]);
  find("no-queues").hidden = mailboxes.length > 0;
  find("skipped").hidden = !figures.skipped;
  find("skipped").textContent = `${figures.skipped} more went by too fast to be shown`;
  if (figures.deadLetters !== view.deadLetters) void showDeadLetters(figures.deadLetters);
}

async function showDeadLetters(count) {
  view.deadLetters = count;
  find("letters-card").hidden = count === 0;
  const letters = count === 0 ? [] : ((await fetchDeadLetters()) ?? []);
  find("hidden-letters").hidden = letters.length > 0;
  find("letters").hidden = letters.length === 0;
  fillRows(find("letters").tBodies[0], find("letter-row"), letters, (letter) => [
    clockOf(letter.at),
    letter.envelope.from,
    letter.envelope.to,
    letter.reason,
  ]);
}

function showMessage(frame) {
  const { envelope = frame } = frame;
  const row = find("message-row").content.cloneNode(true).firstElementChild;
  const set = (selector, text) => {
    row.querySelector(selector).textContent = text;
  };
  const isWhole = frame.envelope !== undefined;
  set("time", clockOf(envelope.timestamp));
  set(".from", envelope.from);
  set(".to", envelope.to ?? "all");
  set(".intent", envelope.intent);
  set(".text", isWhole ? lineOf(envelope.payload) : `${sizeOf(frame.bytes)}, for its parties only`);
  set("pre", JSON.stringify(envelope, undefined, 2));
  row.classList.toggle("unread", !isWhole);
  row.hidden = !fits(row);
  const stream = find("stream");
  stream.prepend(row);
  while (stream.children.length > MAX_ROWS) stream.lastElementChild.remove();
  find("no-messages").hidden = true;
}

function fits(row) {
  return view.filter === "" || row.textContent.toLowerCase().includes(view.filter);
}
