/**
 * What we use of the language while user code runs, taken before any of it was loaded: it may put something else in
 * their place, for itself.
 */
const { parse, stringify } = JSON;
const start = setTimeout;
const stop = clearTimeout;
const race: typeof Promise.race = Promise.race.bind(Promise);

export const own = { parse, stringify, setTimeout: start, clearTimeout: stop, race };
