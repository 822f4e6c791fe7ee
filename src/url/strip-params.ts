/**
 * Merging that is asked for: query parameters that only say where a visitor came from are taken out of every URL,
 * so that its spellings with and without them are one page. Pure; never throws.
 */
import { parseTarget, type Target } from './canonicalise.js';

/** Answers the same object where nothing is taken out. Idempotent. */
export type StripParams = (target: Target) => Target;

/**
 * @param patterns names of parameters, compared decoded and case-sensitively; `*` stands for any characters
 */
export function compileStripParams(patterns: readonly string[]): StripParams {
  if (patterns.length === 0) return (target) => target;
  const globs = patterns.map((pattern) => pattern.split('*'));
  const isTaken = (parameter: string): boolean => {
    const name = nameOf(parameter);
    // `a&&b` has two parameters: what is empty is none.
    return parameter !== '' && globs.some((parts) => matches(parts, name));
  };
  return (target) => {
    const { request } = target;
    const mark = request.indexOf('?');
    if (mark === -1) return target;
    const parameters = request.slice(mark + 1).split('&');
    const kept = parameters.filter((parameter) => !isTaken(parameter));
    if (kept.length === parameters.length) return target;
    const query = kept.join('&');
    // Sound: a URL stays one without a part of its query.
    return parseTarget(request.slice(0, mark) + (query === '' ? '' : `?${query}`)) ?? target;
  };
}

/** As `application/x-www-form-urlencoded` writes names: `+` is a blank, octets are UTF-8. */
function nameOf(parameter: string): string {
  const equals = parameter.indexOf('=');
  const name = (equals === -1 ? parameter : parameter.slice(0, equals)).replaceAll('+', ' ');
  if (!name.includes('%')) return name;
  const octets = name.replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(octets, 'latin1').toString('utf8');
}

/** Whether a name is these parts with anything between them. Each part at its first place: nothing is tried twice. */
function matches(parts: readonly string[], name: string): boolean {
  const [first = '', ...others] = parts;
  const last = others.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of others) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
