// What jslib's k6-testing can expect of a browser's locator (toHaveTitle: of a page), which is
// asked for it.

export const retryingMatchers = {
  toBeChecked: (locator) => state(locator.isChecked(), "checked"),
  toBeDisabled: (locator) => state(locator.isDisabled(), "disabled"),
  toBeEditable: (locator) => state(locator.isEditable(), "editable"),
  toBeEnabled: (locator) => state(locator.isEnabled(), "enabled"),
  toBeHidden: (locator) => state(locator.isHidden(), "hidden"),
  toBeVisible: (locator) => state(locator.isVisible(), "visible"),
  toBeEmpty: async (locator) => {
    const text = (await locator.textContent()) ?? "";
    return { isMatch: text.trim() === "", expected: "empty", received: quoted(text) };
  },
  toContainText: async (locator, wanted, options) =>
    matched(await textOf(locator, options), wanted, { ...options, isPart: true }),
  toHaveText: async (locator, wanted, options) =>
    matched(await textOf(locator, options), wanted, options),
  toHaveAttribute: async (locator, name, wanted) => {
    const value = await locator.getAttribute(name);
    if (typeof wanted === "string" || wanted instanceof RegExp) return matched(value, wanted);
    return { isMatch: value !== null, expected: name, received: quoted(value) };
  },
  toHaveTitle: async (page, wanted) => matched(await page.title(), wanted),
  toHaveValue: async (locator, wanted) => matched(await locator.inputValue(), wanted),
};

async function state(answer, expected) {
  const isMatch = await answer;
  return { isMatch, expected, received: isMatch ? expected : `not ${expected}` };
}

async function textOf(locator, options) {
  if (!options?.useInnerText) return await locator.textContent();
  // biome-ignore lint/performance/useDomNodeTextContent: it is a locator, which has both.
  return await locator.innerText();
}

/** Texts are compared without zero-width characters, any white space being one space. */
function matched(value, wanted, { ignoreCase, isPart = false } = {}) {
  const received = plain(value ?? "");
  const answer = { expected: wanted instanceof RegExp ? String(wanted) : quoted(wanted) };
  if (wanted instanceof RegExp) {
    const flags = ignoreCase === undefined ? wanted.flags : wanted.flags.replace("i", "");
    const pattern = new RegExp(wanted.source, ignoreCase ? `${flags}i` : flags);
    return { ...answer, isMatch: pattern.test(received), received: quoted(received) };
  }
  const fold = (text) => (ignoreCase ? text.toLowerCase() : text);
  const [one, other] = [fold(received), fold(plain(wanted))];
  const isMatch = isPart ? one.includes(other) : one === other;
  return { ...answer, isMatch, received: quoted(received) };
}

function plain(text) {
  return text
    .replace(/[\u200b\u00ad]/g, "")
    .replace(/\s+/g, " ")
    .trim();
}

function quoted(text) {
  return text === null ? "null" : `"${text}"`;
}
