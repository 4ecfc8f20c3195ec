import type { CompileOptions } from "@breakwater/script-host";
import { apiSurfaces } from "../api/modules.ts";
import { fileGlobalNames, globalNames } from "../engine/vu-globals.ts";

/** What scripts find here, as the compiler needs to know it. */
export const scriptWorld: Pick<CompileOptions, "apiModules" | "globals" | "fileGlobals"> = {
  apiModules: apiSurfaces,
  globals: globalNames,
  fileGlobals: fileGlobalNames,
};
