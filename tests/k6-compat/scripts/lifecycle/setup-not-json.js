export function setup() {
  return {
    when: new Date(0),
    not: undefined,
    nan: NaN,
    map: new Map([[1, 2]]),
    bytes: new Uint8Array([1, 2]),
  };
}
export default function (data) {
  console.log(JSON.stringify(data));
}
