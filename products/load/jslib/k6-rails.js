// Stands in for https://jslib.k6.io/k6-rails/0.1.0/index.js: what pages of Ruby on Rails have.

export function turboStreamName(doc) {
  return doc.find("turbo-cable-stream-source").attr("signed-stream-name");
}

export function cableUrl(doc) {
  return fetchMeta(doc, "name", "action-cable-url");
}

export function csrfToken(doc) {
  return fetchMeta(doc, "name", "csrf-token");
}

export function csrfParam(doc) {
  return fetchMeta(doc, "name", "csrf-param");
}

export function fetchMeta(doc, attribute, value, content = "content") {
  return doc.find(`meta[${attribute}=${value}]`).attr(String(content));
}
