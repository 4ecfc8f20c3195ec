/**
 * Names of the DOM that Playwright's types mention. They are left empty: nothing here runs in a
 * page, and with the whole DOM the compiler would let any of our files use it.
 */
type Node = {};
interface HTMLElement extends Node {}
interface SVGElement extends Node {}
type HTMLElementTagNameMap = {};
