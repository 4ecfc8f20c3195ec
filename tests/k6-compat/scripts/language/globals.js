export default function () {
  console.log(typeof TextEncoder, typeof TextDecoder, typeof crypto, typeof open, typeof require);
  console.log(typeof setTimeout, typeof clearTimeout, typeof setInterval, typeof clearInterval);
  console.log(typeof console, typeof __ENV, typeof __VU, typeof __ITER, typeof globalThis);
}
