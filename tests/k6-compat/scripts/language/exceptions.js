import { sleep } from "k6";
import http from "k6/http";

const status = (code) => http.get(`${__ENV.HTTP}/status/${code}`).status;

function risky(code) {
  try {
    const got = status(code);
    if (got > 299) throw new RangeError(`got ${got}`);
    return `returned ${got}`;
  } catch (error) {
    if (error instanceof RangeError) return `caught ${error.message} ${status(201)}`;
    throw error;
  } finally {
    console.log("finally", status(202));
  }
}
function overridden() {
  try {
    return status(200);
  } finally {
    return status(203);
  }
}
function rethrown() {
  try {
    sleep(-1);
    JSON.parse("{");
  } catch ({ name }) {
    return name;
  }
}
export default function () {
  console.log(risky(200));
  console.log(risky(404));
  console.log(overridden(), rethrown());
  try {
    try {
      throw new Error(String(status(200)));
    } finally {
      status(201);
    }
  } catch ({ message }) {
    console.log(message);
  }
  for (const n of [1, 2]) {
    try {
      if (n === 1) continue;
      console.log("second");
    } finally {
      console.log("cleaned", n, status(200));
    }
  }
}
