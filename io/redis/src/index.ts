export { type RedisCacheOptions, redisCache } from "./redis-cache.ts";
export { type RedisChannel, type RedisChannelOptions, redisChannel } from "./redis-channel.ts";
export { type Redis, type RedisOptions, redisConnection } from "./redis-connection.ts";
export { RedisError, type RedisErrorCode } from "./redis-error.ts";
export { type RedisRateStoreOptions, redisRateStore } from "./redis-rate-store.ts";
