// Uploads of the page: several at once, each with a row that tells how far it is.

import { ask, isForNow, keyFields, MAX_TRIES, Refusal, wait, wordsOf } from "./requests.client.js";
import { find, say, sizeOf } from "./words.client.js";

/** A larger file is sent by tus, which goes on where a connection broke. */
const RESUMABLE_BYTES = 8 * 2 ** 20;
const UPLOADS_AT_ONCE = 3;

let uploads = [];
/** What the page does when a file has come, and when the key is refused. */
const told = { onDone: () => {}, onKeyRefused: () => {} };

export function watchUploads(listeners) {
  Object.assign(told, listeners);
  find("clear").addEventListener("click", clearFinished);
  addEventListener("beforeunload", (event) => {
    if (uploads.some(({ state }) => state === "running")) event.preventDefault();
  });
}

export function addUploads(files, folder) {
  for (const file of files) {
    const upload = { file, folder, state: "waiting", sent: 0, mayReplace: false };
    upload.row = makeUploadRow(upload);
    uploads.push(upload);
    find("upload-list").append(upload.row);
  }
  find("uploads").hidden = uploads.length === 0;
  startUploads();
}

function makeUploadRow(upload) {
  const row = find("upload-row").content.cloneNode(true).firstElementChild;
  const { name } = upload.file;
  row.querySelector(".file").textContent = upload.folder + name;
  row.querySelector("progress").setAttribute("aria-label", `Upload of ${name}`);
  const again = (change) => () => {
    Object.assign(upload, { state: "waiting", ...change });
    renderUpload(upload);
    startUploads();
  };
  row.querySelector(".retry").addEventListener("click", again({}));
  row.querySelector(".replace").addEventListener("click", again({ mayReplace: true }));
  row.querySelector(".cancel").addEventListener("click", () => cancelUpload(upload));
  return row;
}

function startUploads() {
  let running = uploads.filter(({ state }) => state === "running").length;
  for (const upload of uploads) {
    if (running < UPLOADS_AT_ONCE && upload.state === "waiting") {
      running += 1;
      void runUpload(upload);
    }
    renderUpload(upload);
  }
}

async function runUpload(upload) {
  upload.state = "running";
  upload.error = undefined;
  try {
    await (upload.file.size > RESUMABLE_BYTES ? sendResumable(upload) : sendForm(upload));
    upload.state = "done";
    say(`${upload.file.name} was uploaded`);
    told.onDone(upload.folder);
  } catch (error) {
    if (upload.state === "running") upload.state = error.status === 412 ? "exists" : "failed";
    upload.error = error.status === 412 ? "A file of that name is here already" : error.message;
    if (error.status === 401) told.onKeyRefused(error);
  }
  startUploads();
}

async function sendForm(upload) {
  const { file, folder } = upload;
  const form = new FormData();
  form.append("path", folder);
  form.append("file", file);
  for (let tries = 1; ; tries += 1) {
    const answer = await send(upload, { method: "POST", url: "upload", body: form, from: 0 });
    if (answer.status === 200) return;
    const isLost = answer.status === 0 || isForNow(answer.status);
    if (!isLost || tries === MAX_TRIES || upload.state !== "running") throw answer.refusal;
    await wait(answer.retryAfter, tries);
  }
}

/** tus 1.0: the upload's address is kept, so that it goes on after the page was closed, too. */
async function sendResumable(upload) {
  const { file } = upload;
  const memory = `files.tus.${upload.folder}${file.name}.${file.size}.${file.lastModified}`;
  const tus = { "tus-resumable": "1.0.0" };
  upload.url = localStorage.getItem(memory) ?? undefined;
  for (let tries = 1, best = 0; ; tries += 1) {
    let offset = upload.url === undefined ? undefined : await offsetOf(upload.url, tus);
    if (offset === undefined) {
      upload.url = await beginResumable(upload, tus);
      localStorage.setItem(memory, upload.url);
      offset = 0;
    }
    // Whoever gets on may try on.
    if (offset > best) tries = 1;
    best = Math.max(best, offset);
    const answer = offset === file.size ? { status: 204 } : await sendRest(upload, offset, tus);
    if (answer.status === 204) {
      localStorage.removeItem(memory);
      return;
    }
    if (upload.state !== "running") {
      localStorage.removeItem(memory);
      throw answer.refusal;
    }
    const isLost = answer.status < 400 || answer.status >= 500;
    const isOurs = isLost || [409, 410, 423, 429].includes(answer.status);
    if (!isOurs || tries >= MAX_TRIES) throw answer.refusal;
    await wait(answer.retryAfter, tries);
  }
}

async function beginResumable({ file, folder, mayReplace }, tus) {
  const said = { filename: file.name, filetype: file.type, path: folder };
  const encoded = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
  const metadata = Object.entries(said)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name} ${encoded(value)}`);
  const headers = { "upload-length": String(file.size), "upload-metadata": metadata.join(",") };
  const condition = mayReplace ? {} : { "if-none-match": "*" };
  const answer = await ask("tus", {
    method: "POST",
    headers: { ...tus, ...headers, ...condition },
  });
  return new URL(answer.headers.get("location"), answer.url).href;
}

/** Undefined: it has ended. */
async function offsetOf(url, tus) {
  try {
    const answer = await ask(url, { method: "HEAD", headers: tus });
    return Number(answer.headers.get("upload-offset"));
  } catch (error) {
    if (error.status === 0) return 0;
    if ([404, 410].includes(error.status)) return undefined;
    throw error;
  }
}

function sendRest(upload, offset, tus) {
  const headers = {
    ...tus,
    "upload-offset": String(offset),
    "content-type": "application/offset+octet-stream",
  };
  const body = upload.file.slice(offset);
  return send(upload, { method: "PATCH", url: upload.url, body, headers, from: offset });
}

/** XMLHttpRequest alone tells how much has been sent. */
function send(upload, { method, url, body, headers = {}, from }) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    const condition = upload.mayReplace || method === "PATCH" ? {} : { "if-none-match": "*" };
    for (const [name, value] of Object.entries({ ...keyFields(), ...condition, ...headers })) {
      request.setRequestHeader(name, value);
    }
    request.upload.addEventListener("progress", ({ loaded }) => {
      upload.sent = Math.min(upload.file.size, from + loaded);
      renderUpload(upload);
    });
    request.addEventListener("loadend", () => {
      upload.request = undefined;
      const { status, responseText } = request;
      const refusal = new Refusal(status, wordsOf(responseText, status));
      resolve({ status, refusal, retryAfter: request.getResponseHeader("retry-after") });
    });
    upload.request = request;
    request.send(body);
  });
}

function cancelUpload(upload) {
  const { state, url, request, row } = upload;
  if (state === "running" && url !== undefined) {
    const headers = { "tus-resumable": "1.0.0" };
    void ask(url, { method: "DELETE", headers }).catch(() => {});
  }
  upload.state = "cancelled";
  request?.abort();
  uploads = uploads.filter((each) => each !== upload);
  row.remove();
  find("uploads").hidden = uploads.length === 0;
  startUploads();
}

function clearFinished() {
  for (const upload of uploads) if (upload.state === "done") upload.row.remove();
  uploads = uploads.filter(({ state }) => state !== "done");
  find("uploads").hidden = uploads.length === 0;
}

function renderUpload({ row, state, sent, file, error }) {
  const part = file.size === 0 ? 0 : sent / file.size;
  row.className = state === "exists" ? "failed" : state;
  row.querySelector("progress").value = part;
  row.querySelector(".state").textContent = {
    waiting: "Waiting",
    running: part === 1 ? "Storing…" : `${Math.floor(part * 100)} % of ${sizeOf(file.size)}`,
    done: `Done, ${sizeOf(file.size)}`,
    exists: "Not uploaded",
    failed: "Not uploaded",
    cancelled: "Cancelled",
  }[state];
  row.querySelector(".error").textContent = error ?? "";
  row.querySelector(".retry").hidden = state !== "failed";
  row.querySelector(".replace").hidden = state !== "exists";
  row.querySelector(".cancel").hidden = state === "done";
  row.querySelector(".cancel").textContent = /failed|exists/.test(state) ? "Dismiss" : "Cancel";
}
