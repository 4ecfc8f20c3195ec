export { peakVus, type VuNeed } from "./peak-vus.ts";
export { type Portion, type PortionOptions, portionOf, type Segment } from "./portion.ts";
export {
  type ConstantRate,
  constantRate,
  type RampingRate,
  rampingRate,
  type Schedule,
  type Stage,
} from "./schedule.ts";
export { share } from "./share.ts";
export { type RampDown, reservedVus, type VuRamp, type VuStep, vuSteps } from "./vu-steps.ts";
