// Requests of the page to its service.

/** How often a request is tried that was turned away for now, or lost. */
export const MAX_TRIES = 8;
const KEY = "files.key";

/** An answer that is no success, in the service's words. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** What the person has brought, for as long as this tab is open. */
export const key = {
  get isSet() {
    return sessionStorage.getItem(KEY) !== null;
  },
  set: (text) => sessionStorage.setItem(KEY, text),
  forget: () => sessionStorage.removeItem(KEY),
};

export function keyFields() {
  const text = sessionStorage.getItem(KEY);
  if (text === null) return {};
  return /^eyJ[\w-]*\./.test(text) ? { authorization: `Bearer ${text}` } : { "x-api-key": text };
}

/** Tries again what the service turns away for now; rejects with a Refusal. */
export async function ask(path, { method = "GET", headers = {} } = {}) {
  for (let tries = 1; ; tries += 1) {
    const answer = await fetch(path, { method, headers: { ...keyFields(), ...headers } }).catch(
      () => undefined,
    );
    if (answer === undefined) throw new Refusal(0, "The service cannot be reached: try again");
    if (answer.ok) return answer;
    if (!isForNow(answer.status) || tries === MAX_TRIES) throw await refusalOf(answer);
    await wait(answer.headers.get("retry-after"), tries);
  }
}

export const isForNow = (status) => status === 429 || status === 503;

async function refusalOf(answer) {
  const text = await answer.text();
  return new Refusal(answer.status, wordsOf(text, answer.status));
}

export function wordsOf(text, status) {
  try {
    const { error_message: message, detail } = JSON.parse(text);
    if (typeof (message ?? detail) === "string") return message ?? detail;
  } catch {
    // Something between here and the service answered.
  }
  return status === 0 ? "The connection broke" : `The service answered ${status}`;
}

export function wait(retryAfter, tries) {
  const asked = Number(retryAfter) * 1000;
  const ms = asked > 0 ? Math.min(asked, 30_000) : Math.min(250 * 2 ** tries, 10_000);
  return new Promise((resolve) => setTimeout(resolve, ms * (1 + Math.random() / 4)));
}
