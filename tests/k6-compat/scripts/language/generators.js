import http from "k6/http";

const status = (code) => http.get(`${__ENV.HTTP}/status/${code}`).status;

function* codes() {
  let sent = yield status(200);
  while (sent !== "stop") sent = yield status(200 + sent);
  return status(204);
}
function* all() {
  yield 0;
  yield* codes();
}
class Book {
  constructor(...pages) {
    this.pages = pages;
  }
  *[Symbol.iterator]() {
    for (const page of this.pages) yield status(page);
  }
}
export default function () {
  const steps = codes();
  console.log(JSON.stringify(steps.next()), JSON.stringify(steps.next(1)));
  console.log(JSON.stringify(steps.next("stop")), JSON.stringify(steps.next()));
  const [first, second] = all();
  console.log(first, second);
  for (const code of new Book(200, 201, 202)) {
    if (code === 202) break;
    console.log(code);
  }
  console.log([...new Book(203, 204)].join(), Math.max(...new Book(200, 201)));
  const object = {
    *pages() {
      try {
        yield status(200);
        yield status(201);
      } finally {
        console.log("closed", status(202));
      }
    },
  };
  for (const code of object.pages()) {
    console.log(code);
    break;
  }
}
