const minimal = `import { check, sleep } from "k6";
import http from "k6/http";

export const options = {
  vus: 10,
  duration: "30s",
};

export default function () {
  const response = http.get(__ENV.BASE_URL || "http://localhost:8080/");
  check(response, { "it answered 200": ({ status }) => status === 200 });
  sleep(1);
}
`;

const protocol = `import { check, fail, sleep } from "k6";
import http from "k6/http";

const base = __ENV.BASE_URL || "http://localhost:8080";

export const options = {
  stages: [
    { duration: "10s", target: 5 }, // up to 5 virtual users
    { duration: "20s", target: 10 },
    { duration: "5s", target: 0 },
  ],
  thresholds: {
    http_req_failed: ["rate<0.01"],
    http_req_duration: ["p(95)<500", "p(99)<1000"],
  },
};

// Once, before all virtual users; what it returns is handed to each iteration.
export function setup() {
  const { status } = http.get(base);
  if (status !== 200) fail(\`\${base} answered \${status}: is it up?\`);
  return { startedAt: new Date().toISOString() };
}

export default function ({ startedAt }) {
  const order = JSON.stringify({ item: "tea", startedAt });
  const headers = { "Content-Type": "application/json" };
  const response = http.post(\`\${base}/orders\`, order, { headers });
  check(response, { "the order was taken": ({ status }) => status < 300 });
  sleep(1);
}
`;

const browser = `import { check } from "k6";
import { browser } from "k6/browser";

const base = __ENV.BASE_URL || "http://localhost:8080";

export const options = {
  scenarios: {
    visit: {
      executor: "shared-iterations",
      vus: 1,
      iterations: 1,
      options: { browser: { type: "chromium" } },
    },
  },
};

export default async function () {
  const page = await browser.newPage();
  try {
    await page.goto(base);
    const text = await page.locator("body").textContent();
    check(text, { "there is something to see": (seen) => seen !== "" });
    await page.screenshot({ path: "screenshot.png" });
  } finally {
    await page.close();
  }
}
`;

/** What `bw new` writes. */
export const templates: Readonly<Record<TemplateName, string>> = { minimal, protocol, browser };

export type TemplateName = "minimal" | "protocol" | "browser";

export function isTemplate(name: string): name is TemplateName {
  return Object.hasOwn(templates, name);
}
