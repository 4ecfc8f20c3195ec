import fc from "fast-check";

/**
 * Preloaded by `npm test`: there, random values are the same each time, so that it fails for who
 * broke something and for nobody else. A test file run by itself has new ones.
 */
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 20_261_121 });
