/**
 * Below it is what belongs to the service and no tenant: keys and listings of users leave it out.
 */
export const HIDDEN_PREFIX = ".breakwater/";

/** Where uploads that are under way have their state. */
export const TUS_PREFIX: string = `${HIDDEN_PREFIX}tus/`;
