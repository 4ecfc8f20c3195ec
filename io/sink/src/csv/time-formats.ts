/** How a sample's time is written, by k6's names; the argument is Unix time in ms. */
export const timeFormats = {
  unix: (unixMs: number): string => String(Math.floor(unixMs / 1000)),
  unix_milli: (unixMs: number): string => String(Math.floor(unixMs)),
  unix_micro: (unixMs: number): string => String(Math.floor(unixMs * 1000)),
  /** Our clocks tell microseconds, and a double holds no more of such a number. */
  unix_nano: (unixMs: number): string => `${Math.floor(unixMs * 1000)}000`,
  rfc3339: (unixMs: number): string => `${new Date(unixMs).toISOString().slice(0, 19)}Z`,
  rfc3339_nano: (unixMs: number): string => {
    const micros = Math.floor((unixMs - Math.floor(unixMs / 1000) * 1000) * 1000);
    const fraction = String(micros).padStart(6, "0").replace(/0+$/, "");
    const whole = new Date(unixMs).toISOString().slice(0, 19);
    return fraction === "" ? `${whole}Z` : `${whole}.${fraction}Z`;
  },
} as const;

export type CsvTimeFormat = keyof typeof timeFormats;
