// Stands in for https://jslib.k6.io/url/1.0.0/index.js: the runtime has both.

const { URL: RuntimeUrl, URLSearchParams: RuntimeUrlSearchParams } = globalThis;

export { RuntimeUrl as URL, RuntimeUrlSearchParams as URLSearchParams };
