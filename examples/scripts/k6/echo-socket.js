// Messages over a WebSocket to a server that sends each back, and how long that takes.
//   bw run examples/scripts/k6/echo-socket.js -e TARGET=ws://localhost:9000
import { check } from "k6";
import { Trend } from "k6/metrics";
import { WebSocket } from "k6/websockets";

export const options = {
  vus: 10,
  iterations: 10,
  thresholds: { echo_time: ["p(95)<100"], checks: ["rate==1"] },
};

const MESSAGES = 100;
const echoTime = new Trend("echo_time", true);

export default function () {
  const socket = new WebSocket(__ENV.TARGET);
  let received = 0;
  let sentAt = 0;
  const send = () => {
    sentAt = Date.now();
    socket.send(`message ${received}`);
  };
  socket.onopen = send;
  socket.onmessage = ({ data }) => {
    echoTime.add(Date.now() - sentAt);
    check(data, { "it is what was sent": (text) => text === `message ${received}` });
    received += 1;
    if (received === MESSAGES) socket.close();
    else send();
  };
  socket.onerror = ({ error }) => console.error(error);
}
