import http from "k6/http";

const status = async (code) =>
  (await http.asyncRequest("GET", `${__ENV.HTTP}/status/${code}`)).status;

async function each(codes, visit) {
  for (const code of codes) await visit(code);
}
export default async function () {
  console.log(await status(200), (await Promise.all([status(201), status(202)])).join());
  await each([200, 204], async (code) => console.log(await status(code)));
  const settled = await Promise.allSettled([status(200), Promise.reject(new Error("no"))]);
  console.log(settled.map(({ status: how }) => how).join());
  console.log(await Promise.race([status(203), new Promise(() => {})]));
  console.log(await Promise.any([Promise.reject(1), status(205)]));
  try {
    await Promise.reject(new Error("rejected"));
  } catch ({ message }) {
    console.log(message, await status(200));
  } finally {
    console.log("finally");
  }
  await status(200)
    .then((code) => console.log("then", code, http.get(`${__ENV.HTTP}/status/201`).status))
    .finally(() => console.log("done"));
  const [a, b] = [await status(201), http.get(`${__ENV.HTTP}/status/202`).status];
  console.log(a, b);
}
