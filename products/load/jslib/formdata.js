// Stands in for https://jslib.k6.io/formdata/<version>/index.js.

/** A multipart/form-data body; works without `new`, too. */
export function FormData() {
  if (!(this instanceof FormData)) return new FormData();
  this.boundary = `------RWWorkerFormDataBoundary${Math.random().toString(36)}`;
  this.parts = [];
}

/** `data` is a text, or what http.file() gives. */
FormData.prototype.append = function append(...args) {
  const [field, data] = args;
  if (args.length < 2) throw new SyntaxError("Not enough arguments");
  this.parts.push({ field, file: typeof data === "string" ? { data } : data });
};

/** The whole body as an ArrayBuffer. */
FormData.prototype.body = function body() {
  const start = bytesOf(`--${this.boundary}\r\n`);
  const chunks = this.parts.flatMap(({ field, file }) => [
    start,
    bytesOf(partHead(field, file)),
    bytesOf(file.data),
    bytesOf("\r\n"),
  ]);
  chunks.push(bytesOf(`--${this.boundary}--\r\n`));
  return joined(chunks);
};

function partHead(field, { filename, content_type: type }) {
  const name = filename ? `; filename="${filename.replaceAll('"', "%22")}"` : "";
  const disposition = `Content-Disposition: form-data; name="${field}"${name}`;
  return `${disposition}\r\nContent-Type: ${type || "application/octet-stream"}\r\n\r\n`;
}

/** Of a text the low 8 bits of each UTF-16 unit, as k6's library does it: it is no UTF-8. */
function bytesOf(data) {
  if (typeof data === "string") {
    const bytes = new Uint8Array(data.length);
    for (let at = 0; at < data.length; at += 1) bytes[at] = data.charCodeAt(at);
    return bytes;
  }
  if (Array.isArray(data)) return Uint8Array.from(data);
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  return data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(0);
}

function joined(chunks) {
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const body = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body.buffer;
}
