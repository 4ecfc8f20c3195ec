export { FilesError, type FilesErrorCode } from "./files-error.ts";
export { isAboutSettings, type RunFilesOptions, type RunningFiles, runFiles } from "./run.ts";
export {
  type ApiKeySetting,
  readSettings,
  type Settings,
  type SettingsSource,
} from "./settings.ts";
