import http from "k6/http";

const status = (code) => http.get(`${__ENV.HTTP}/status/${code}`).status;
const api = { get: status, nested: { get: status }, none: null };

function tag(strings, ...values) {
  return strings.raw.join("|") + values.map((value) => status(value)).join();
}
export default function () {
  console.log(api?.get(200), api.nested?.get?.(201), api.none?.get(status(500)), api.no?.());
  console.log(status(200) || status(500), status(200) && status(201), null ?? status(202));
  console.log(status(200) === 200 ? status(201) : status(500));
  let value = null;
  value ??= status(203);
  value &&= status(204);
  value ||= status(500);
  value += status(200);
  console.log(value);
  console.log(`${status(200)}-${`${status(201)}`}`, tag`a${200}b${201}c`);
  const [c, d = status(203)] = [1];
  const { a = status(202), ...rest } = { x: status(204) };
  console.log(a, c, d, JSON.stringify(rest));
  console.log([status(200), ...[status(201), status(202)]].join(), { [status(203)]: 1 }[203]);
  console.log((status(500), status(200)), typeof status(200), !status(200), -status(200));
  console.log(((x, y = status(x + 1)) => `${x}${y}`)(200));
  console.log(Math.max(status(200), status(201)), new Date(status(200)).getTime());
  const key = "get";
  console.log(api[key](200), (0, api.get)(201), api["nested"]["get"](202));
  console.log(
    (() => status(200))(),
    (function () {
      return status(201);
    })(),
  );
  console.log(
    JSON.stringify({
      get now() {
        return 1;
      },
      made: status(200),
      ["k"]: status(201),
    }),
  );
  console.log(delete api.none, "get" in api, void status(200));
}
