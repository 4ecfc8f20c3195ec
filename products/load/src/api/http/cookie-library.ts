import type { CookieJar } from "tough-cookie";

/**
 * Loaded when the first cookie comes: with its list of public suffixes it takes 7 MB, and most
 * load tests meet no cookie. Cookies come in the middle of synchronous code, so not by import().
 */
export function cookieLibrary(): typeof import("tough-cookie") {
  return require("tough-cookie");
}

/** Cookies for a test on one's own hosts: "localhost" and bare names may have cookies too. */
const jarOptions = { rejectPublicSuffixes: false, looseMode: true };

export function newJar(): CookieJar {
  const { CookieJar } = cookieLibrary();
  return new CookieJar(undefined, jarOptions);
}
