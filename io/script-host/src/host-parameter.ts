/** The one parameter of the factory that a bundle becomes. */
export const hostParameter = "$breakwater";
