export default function () {
  console.log(typeof performance, typeof queueMicrotask, typeof structuredClone, typeof fetch);
  console.log(typeof URL, typeof URLSearchParams, typeof AbortController, typeof process);
}
