/** Defaults that many flags share. */

/** Of a text that need not be given. */
export const NOTHING = { text: 'none', value: null } as const;
/** Of a bound. */
export const NO_LIMIT = { text: 'no limit', value: null } as const;
/** Of a switch that turns something on. */
export const OFF = { text: 'off', value: false } as const;
