/** The time now as an HTTP date (RFC 9110 5.6.7), made once a second. */
export function httpDate(): string {
  const second = Math.floor(Date.now() / 1000);
  if (second !== madeAt) {
    madeAt = second;
    made = new Date(second * 1000).toUTCString();
  }
  return made;
}

/** The second that httpDate() has last told. */
export function httpDateSecond(): number {
  return Math.floor(Date.now() / 1000);
}

let madeAt = 0;
let made = "";
