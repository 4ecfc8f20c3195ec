// The page of `bw files`: lists, uploads, downloads and deletes by the service's own API.

import { ask, key } from "./requests.client.js";
import { addUploads, watchUploads } from "./uploads.client.js";
import { find, say, sizeOf } from "./words.client.js";

const PAGE_SIZE = 100;

const view = {
  /** "" or ends in a slash. */
  folder: "",
  nextToken: undefined,
  /** Only the answer to the last question is shown. */
  asked: 0,
};

addEventListener("hashchange", () => void openFolder());
find("upload").addEventListener("click", () => find("files").click());
find("files").addEventListener("change", ({ target }) => {
  addUploads([...target.files], view.folder);
  target.value = "";
});
find("more").addEventListener("click", () => void loadPage({ isFirst: false }));
find("new-folder").addEventListener("click", askForFolder);
find("folder-cancel").addEventListener("click", () => find("folder-dialog").close());
find("folder-form").addEventListener("submit", (event) => {
  event.preventDefault();
  void createFolder();
});
find("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  key.set(find("key").value.trim());
  find("key").value = "";
  void openFolder();
});
find("sign-out").addEventListener("click", () => {
  key.forget();
  location.reload();
});
watchUploads({
  onDone: (folder) => folder === view.folder && void loadPage({ isFirst: true }),
  onKeyRefused: askForKey,
});
watchDrops();
void openFolder();

// The list

async function openFolder() {
  view.folder = folderInAddress();
  document.title = view.folder === "" ? "Files" : `${view.folder} – Files`;
  renderCrumbs();
  await loadPage({ isFirst: true });
}

function folderInAddress() {
  try {
    const path = decodeURIComponent(location.hash.replace(/^#\/?/, ""));
    return path === "" || path.endsWith("/") ? path : `${path}/`;
  } catch {
    return "";
  }
}

async function loadPage({ isFirst }) {
  view.asked += 1;
  const { asked, folder } = view;
  const query = new URLSearchParams({ path: folder, pageSize: String(PAGE_SIZE) });
  find("loading").hidden = !isFirst || find("entries").childElementCount > 0;
  find("more").disabled = true;
  try {
    const headers = isFirst ? {} : { "x-next": view.nextToken };
    const { data } = await (await ask(`list?${query}`, { headers })).json();
    if (asked !== view.asked) return;
    showPage(data, isFirst);
  } catch (error) {
    if (asked !== view.asked) return;
    if (error.status === 401) askForKey(error);
    else {
      if (isFirst) find("entries").replaceChildren();
      showError(error);
    }
  } finally {
    find("loading").hidden = true;
    find("more").disabled = false;
  }
}

function showPage({ data, nextPageToken }, isFirst) {
  const rows = (data ?? []).map(toRow);
  const firstNew = rows[0]?.querySelector("a");
  if (isFirst) find("entries").replaceChildren(...rows);
  else {
    find("entries").append(...rows);
    firstNew?.focus();
  }
  view.nextToken = nextPageToken;
  find("more").hidden = nextPageToken === undefined;
  const count = find("entries").childElementCount;
  find("empty").hidden = count > 0;
  find("key-form").hidden = true;
  find("browser").hidden = false;
  find("sign-out").hidden = !key.isSet;
  find("error").hidden = true;
  say(`${count} ${count === 1 ? "entry" : "entries"}${nextPageToken ? ", and more" : ""}`);
}

/** Names are set as text, so that one with tags in it is a name and nothing else. */
function toRow({ name, isFolder, size, lastModified }) {
  const row = find("entry").content.cloneNode(true).firstElementChild;
  const label = name.slice(view.folder.length).replace(/\/$/, "");
  const link = row.querySelector(".name a");
  link.textContent = label;
  row.querySelector(".name use").setAttribute("href", isFolder ? "#icon-folder" : "#icon-file");
  const download = row.querySelector(".download");
  if (isFolder) {
    row.className = "folder";
    link.href = addressOf(name);
    download.remove();
  } else {
    for (const each of [link, download]) prepareDownload(each, name);
    row.querySelector(".size").textContent = sizeOf(size);
    const time = row.querySelector("time");
    time.dateTime = lastModified;
    time.textContent = new Date(lastModified).toLocaleString([], {
      dateStyle: "medium",
      timeStyle: "short",
    });
    download.setAttribute("aria-label", `Download ${label}`);
  }
  const remove = row.querySelector(".delete");
  remove.setAttribute("aria-label", `Delete ${label}`);
  remove.addEventListener("click", () => void confirmDelete({ name, label, isFolder, row }));
  return row;
}

/** A link cannot bring a key along, so that with one the store's own link is fetched first. */
function prepareDownload(link, name) {
  link.href = `files/${name.split("/").map(encodeURIComponent).join("/")}?download`;
  link.download = "";
  link.addEventListener("click", (event) => {
    if (!key.isSet) return;
    event.preventDefault();
    void (async () => {
      try {
        const answer = await ask(`download?${new URLSearchParams({ path: name })}`);
        location.assign((await answer.json()).data.url);
      } catch (error) {
        showError(error);
      }
    })();
  });
}

function renderCrumbs() {
  const names = view.folder.split("/").slice(0, -1);
  const crumbs = [["All files", ""]];
  for (const [index, name] of names.entries()) {
    crumbs.push([name, `${names.slice(0, index + 1).join("/")}/`]);
  }
  find("crumbs").replaceChildren(
    ...crumbs.map(([label, folder], index) => {
      const link = document.createElement("a");
      link.textContent = label;
      link.href = addressOf(folder);
      if (index === crumbs.length - 1) link.setAttribute("aria-current", "page");
      const item = document.createElement("li");
      item.append(link);
      return item;
    }),
  );
}

function addressOf(folder) {
  return `#/${folder.split("/").map(encodeURIComponent).join("/")}`;
}

// Words

function showError({ message }) {
  find("error").textContent = message;
  find("error").hidden = false;
}

function askForKey({ message }) {
  const wasWrong = key.isSet;
  key.forget();
  find("key-error").textContent = wasWrong ? message : "";
  find("browser").hidden = true;
  find("key-form").hidden = false;
  find("key").focus();
}

// Folders and deletion

function askForFolder() {
  find("folder-name").value = "";
  find("folder-error").textContent = "";
  find("folder-dialog").showModal();
}

async function createFolder() {
  const name = find("folder-name").value.trim();
  try {
    if (name === "" || name.includes("/")) throw new Error("Write a name without a slash");
    const query = new URLSearchParams({ path: `${view.folder}${name}/` });
    await ask(`create-folder?${query}`, { method: "POST" });
    find("folder-dialog").close();
    await loadPage({ isFirst: true });
    say(`Folder ${name} was created`);
  } catch (error) {
    find("folder-error").textContent = error.message;
  }
}

async function confirmDelete({ name, label, isFolder, row }) {
  const dialog = find("confirm");
  find("confirm-title").textContent = `Delete “${label}”?`;
  find("confirm-text").textContent = isFolder
    ? "The folder and everything in it will be gone for good."
    : "The file will be gone for good.";
  dialog.returnValue = "no";
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  if (dialog.returnValue !== "yes") return;
  const query = new URLSearchParams({ path: name });
  try {
    await ask(`${isFolder ? "delete-folder" : "delete"}?${query}`, { method: "DELETE" });
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (next?.querySelector(".delete") ?? find("list-title")).focus();
    find("empty").hidden = find("entries").childElementCount > 0;
    say(`${label} was deleted`);
  } catch (error) {
    showError(error);
  }
}

function watchDrops() {
  let depth = 0;
  const hasFiles = ({ dataTransfer }) => dataTransfer?.types.includes("Files") === true;
  const show = () => {
    find("drop-folder").textContent = view.folder === "" ? "All files" : view.folder;
    find("drop").hidden = depth === 0 || find("browser").hidden;
  };
  addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    depth += 1;
    show();
  });
  addEventListener("dragleave", (event) => {
    if (!hasFiles(event)) return;
    depth = Math.max(0, depth - 1);
    show();
  });
  addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth = 0;
    show();
    // A folder that is dropped comes as a file of no type that cannot be read.
    const items = [...event.dataTransfer.items].filter(
      (item) => item.webkitGetAsEntry?.()?.isDirectory !== true,
    );
    const files = items.map((item) => item.getAsFile()).filter((file) => file !== null);
    if (files.length < event.dataTransfer.items.length) {
      showError({ message: "Folders cannot be dropped here: open the folder and drop its files" });
    }
    if (!find("browser").hidden) addUploads(files, view.folder);
  });
}
