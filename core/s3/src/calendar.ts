/** ISO 8601 basic as SigV4 signs it: "20130524T000000Z". Milliseconds are cut off. */
export function toAmzDate(epochMs: number): string {
  const { year, month, day, hour, minute, second } = toCivil(epochMs);
  const date = `${pad(year, 4)}${pad(month)}${pad(day)}`;
  return `${date}T${pad(hour)}${pad(minute)}${pad(second)}Z`;
}

/** ISO 8601 as S3's XML has it: "2013-05-24T00:00:00.000Z". */
export function toIsoDate(epochMs: number): string {
  const { year, month, day, hour, minute, second, millisecond } = toCivil(epochMs);
  const time = `${pad(hour)}:${pad(minute)}:${pad(second)}.${pad(millisecond, 3)}`;
  return `${pad(year, 4)}-${pad(month)}-${pad(day)}T${time}Z`;
}

/** RFC 9110 5.6.7: "Fri, 24 May 2013 00:00:00 GMT". */
export function toHttpDate(epochMs: number): string {
  const { year, month, day, hour, minute, second, weekday } = toCivil(epochMs);
  const time = `${pad(hour)}:${pad(minute)}:${pad(second)}`;
  return `${weekdays[weekday]}, ${pad(day)} ${months[month - 1]} ${pad(year, 4)} ${time} GMT`;
}

export function tryAmzDate(text: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  return parts === null ? undefined : tryEpochMs(parts.slice(1).map(Number));
}

export function tryIsoDate(text: string): number | undefined {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z$/.exec(text);
  if (parts === null) return undefined;
  const seconds = tryEpochMs(parts.slice(1, 7).map(Number));
  return seconds === undefined
    ? undefined
    : seconds + Math.trunc(Number(`.${parts[7] ?? 0}`) * 1e3);
}

/** Only the form that may be sent: of the two obsolete ones no S3 client knows. */
export function tryHttpDate(text: string): number | undefined {
  const parts = /^[A-Z][a-z]{2}, (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/.exec(
    text,
  );
  if (parts === null) return undefined;
  const [, day, month, year, ...time] = parts;
  return tryEpochMs([Number(year), months.indexOf(month!) + 1, Number(day), ...time.map(Number)]);
}

const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const dayMs = 86_400_000;

const pad = (value: number, digits = 2): string => String(value).padStart(digits, "0");

interface Civil {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
  readonly weekday: number;
}

/** The proleptic Gregorian calendar in UTC, counted in eras of 400 years from 1 March 0000. */
function toCivil(epochMs: number): Civil {
  const days = Math.floor(epochMs / dayMs);
  const inDay = Math.floor(epochMs - days * dayMs);
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const leaps =
    Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365);
  const yearDays = 365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  const dayOfYear = dayOfEra - yearDays;
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
    hour: Math.floor(inDay / 3_600_000),
    minute: Math.floor(inDay / 60_000) % 60,
    second: Math.floor(inDay / 1000) % 60,
    millisecond: inDay % 1000,
    weekday: (((days + 4) % 7) + 7) % 7,
  };
}

function tryEpochMs(parts: readonly number[]): number | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 60) return undefined;
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const leaps = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  const days = era * 146_097 + yearOfEra * 365 + leaps + dayOfYear - 719_468;
  const isDay = toCivil(days * dayMs).day === day;
  return isDay ? days * dayMs + hour * 3_600_000 + minute * 60_000 + second * 1000 : undefined;
}
