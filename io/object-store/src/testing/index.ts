export type { MemoryObject } from "./memory-bucket.ts";
export {
  type Fault,
  type FaultPlan,
  type MemoryObjectStore,
  type MemoryObjectStoreOptions,
  memoryObjectStore,
  type StoreCall,
} from "./memory-object-store.ts";
export {
  type OpenStore,
  type OpenStoreOptions,
  testObjectStore,
} from "./object-store-contract.ts";
export { testStore } from "./test-store.ts";
