import { check } from "k6";
import ws from "k6/ws";

export default function () {
  const response = ws.connect(`${__ENV.WS}/socket`, { headers: { "X-A": "1" } }, (socket) => {
    socket.on("open", () => {
      console.log("open");
      socket.send("one");
      socket.ping();
    });
    socket.on("pong", () => console.log("pong"));
    socket.on("message", (text) => {
      console.log(`message ${text}`);
      if (text === "one") socket.sendBinary(new Uint8Array([1, 2, 3]).buffer);
    });
    socket.on("binaryMessage", (data) => {
      console.log(`binary ${data.byteLength}`);
      socket.setTimeout(() => socket.close(), 20);
    });
    socket.on("close", (code) => console.log(`close ${code}`));
    socket.on("error", (error) => console.log(error.error()));
  });
  console.log(response.status);
  check(response, { "status is 101": (r) => r && r.status === 101 });
}
