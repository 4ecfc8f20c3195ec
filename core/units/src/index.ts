export { formatBytes, parseBytes } from "./bytes.ts";
export { formatDuration, parseDuration, type SummaryTimeUnit } from "./duration.ts";
export { formatPlace, type Place, tryParsePlace } from "./place.ts";
export { parseRate, type Rate } from "./rate.ts";
export { UnitError, type UnitErrorCode } from "./unit-error.ts";
