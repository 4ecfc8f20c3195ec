export { TransferMemory, type TransferMemoryOptions } from "./transfer-memory.ts";
export { type TransferParts, uploadRoutes } from "./upload-routes.ts";
