import ws from "k6/ws";

export const options = {
  thresholds: {
    ws_sessions: ["count>=3"],
    "ws_sessions{kind:tagged}": ["count==1"],
    ws_msgs_sent: ["count>=3"],
    ws_msgs_received: ["count>=4"],
  },
};

export default function () {
  const url = `${__ENV.WS}/socket`;
  const first = ws.connect(url, { tags: { kind: "tagged" } }, (socket) => {
    let heard = 0;
    socket.on("open", () => {
      socket.send("a");
      socket.send(5);
      socket.send({ b: 1 }.toString());
    });
    socket.on("message", () => console.log("twice", (heard += 1)));
    socket.on("message", (text) => console.log(text));
    const id = socket.setInterval(() => {
      if (heard === 4) socket.close(1000);
    }, 5);
    socket.on("close", (code) => console.log("closed", code, typeof id));
  });
  console.log(first.status, first.url === url, first.error === "", typeof first.headers);
  const no = ws.connect(`${__ENV.WS.replace("ws", "ws")}/no`, null, (socket) => socket.close());
  console.log(no.status);
  const returned = ws.connect(url, (socket) => {
    socket.setTimeout(() => socket.close(4000), 5);
    socket.on("close", (code) => console.log("closed", code));
  });
  console.log(returned.status);
  for (const wrong of [
    () => ws.connect("ws://127.0.0.1:1/", {}, () => {}),
    () => ws.connect(url),
    () => ws.connect("nonsense", {}, () => {}),
    () => ws.connect(url, {}, 5),
  ]) {
    try {
      console.log(typeof wrong());
    } catch (error) {
      console.log("refused");
    }
  }
}
