export { allowedCores } from "./control-groups.ts";
export {
  type PressureReadings,
  type ProcessPressure,
  type ProcessPressureOptions,
  processPressure,
} from "./process-pressure.ts";
