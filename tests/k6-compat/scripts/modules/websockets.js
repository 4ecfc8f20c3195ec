import { WebSocket } from "k6/websockets";

export default function () {
  const socket = new WebSocket(`${__ENV.WS}/socket`);
  socket.binaryType = "arraybuffer";
  console.log(socket.readyState, socket.url === `${__ENV.WS}/socket`, socket.binaryType);
  socket.onopen = () => {
    console.log("open", socket.readyState);
    socket.send("one");
    socket.send(new Uint8Array([1, 2]).buffer);
    socket.ping();
  };
  let messages = 0;
  socket.addEventListener("message", ({ data }) => {
    messages += 1;
    console.log(typeof data === "string" ? data : data.byteLength);
    if (messages === 3) setTimeout(() => socket.close(), 10);
  });
  socket.onpong = () => console.log("pong");
  socket.onclose = ({ code }) => console.log("close", socket.readyState);
  socket.onerror = ({ error }) => console.log("error", error);
  console.log("started");
}
