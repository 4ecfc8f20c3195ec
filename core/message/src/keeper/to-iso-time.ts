const DAY_MS = 86_400_000;

/** Milliseconds since 1970 as ISO 8601 in UTC: "2026-01-31T12:00:00.500Z". `core/` has no Date. */
export function toIsoTime(epochMs: number): string {
  const day = Math.floor(epochMs / DAY_MS);
  const ms = Math.floor(epochMs - day * DAY_MS);
  const time = [ms / 3_600_000, (ms / 60_000) % 60, (ms / 1000) % 60].map(twoDigits).join(":");
  return `${toIsoDate(day)}T${time}.${String(ms % 1000).padStart(3, "0")}Z`;
}

/** Its years begin in March: a leap year's day is the last (Hinnant, `civil_from_days`). */
function toIsoDate(day: number): string {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const leapDays =
    Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const month = Math.floor((5 * dayOfYear + 2) / 153);
  const dayOfMonth = dayOfYear - Math.floor((153 * month + 2) / 5) + 1;
  const year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0);
  const monthOfYear = month < 10 ? month + 3 : month - 9;
  return `${String(year).padStart(4, "0")}-${twoDigits(monthOfYear)}-${twoDigits(dayOfMonth)}`;
}

function twoDigits(value: number): string {
  return String(Math.floor(value)).padStart(2, "0");
}
