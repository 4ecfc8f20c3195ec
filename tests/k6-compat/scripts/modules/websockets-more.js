import { WebSocket } from "k6/websockets";

export default function () {
  const socket = new WebSocket(`${__ENV.WS}/socket`, null, {
    headers: { "X-A": "1" },
    tags: { a: "b" },
  });
  console.log(
    socket.binaryType,
    socket.bufferedAmount,
    JSON.stringify(socket.protocol),
    JSON.stringify(socket.extensions),
  );
  try {
    socket.send("early");
    console.log("sent");
  } catch (error) {
    console.log("too early");
  }
  let heard = 0;
  socket.addEventListener("open", () => {
    socket.send("text");
    socket.send(new Uint8Array([1, 2, 3]));
    socket.ping();
  });
  socket.addEventListener("pong", () => console.log("pong"));
  socket.onmessage = async ({ data, type, target }) => {
    heard += 1;
    console.log(
      type,
      target === socket,
      typeof data,
      typeof data === "string" ? data : new Uint8Array(await data.arrayBuffer()).join(),
    );
    if (heard === 3) socket.close(1000, "done");
  };
  socket.addEventListener("close", ({ type, code }) => console.log(type, code, socket.readyState));
  const refused = new WebSocket("ws://127.0.0.1:1/");
  refused.onerror = ({ type, error }) => console.log(type, typeof error, refused.readyState);
  for (const wrong of [
    () => new WebSocket(),
    () => new WebSocket("nonsense"),
    () => new WebSocket("http://x/"),
    () => {
      socket.binaryType = "text";
    },
  ]) {
    try {
      wrong();
      console.log("made");
    } catch (error) {
      console.log("refused");
    }
  }
}
