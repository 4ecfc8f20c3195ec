export { tusExposedFields } from "./tus-fields.ts";
export { HIDDEN_PREFIX } from "./tus-prefix.ts";
export { type TusParts, tusRoutes } from "./tus-routes.ts";
export { startTusSweep, type TusSweepOptions } from "./tus-sweep.ts";
