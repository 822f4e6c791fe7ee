/**
 * Page-level nofollow: robots meta and the X-Robots-Tag header. There is no RFC for either; the rules
 * are those the big engines document, and where they leave a choice the stricter reading is taken.
 */

import { ROBOTS_TOKEN } from '#src/protocol/robots.js';

/** As robots meta elements and headers are compared: without regard to case. */
const OUR_NAME = ROBOTS_TOKEN.toLowerCase();
/** Rules that carry a value after a colon and must not be read as the name of a crawler. */
const VALUED_RULES = new Set(['unavailable_after', 'max-snippet', 'max-image-preview', 'max-video-preview']);

/** Whether a `<meta name>` speaks to us: to all robots, or to us by name. */
export function isRobotsMetaName(name: string | null): boolean {
  const lower = name?.trim().toLowerCase();
  return lower === 'robots' || lower === OUR_NAME;
}

/** Whether the `content` of such a meta forbids following the page's links: `nofollow`, or `none`. */
export function forbidsFollowing(content: string | null): boolean {
  return (
    content !== null &&
    content
      .toLowerCase()
      .split(/[\s,;]+/)
      .some(isNofollow)
  );
}

/**
 * Whether X-Robots-Tag forbids following. A rule may be addressed (`otherbot: noindex, nofollow`); the
 * address holds for the rest of its line, or until the next. Rules without one are for everybody.
 *
 * @param header the header as received, one string a line
 */
export function headerForbidsFollowing(header: string | readonly string[] | undefined): boolean {
  return header !== undefined && [header].flat().some(lineForbidsFollowing);
}

function lineForbidsFollowing(line: string): boolean {
  let isForUs = true;
  for (const part of line.toLowerCase().split(',')) {
    const [, agent, rule] = /^\s*([a-z][\w.-]*)\s*:(.*)$/s.exec(part) ?? [];
    const isAddress = agent !== undefined && !VALUED_RULES.has(agent);
    if (isAddress) isForUs = agent === OUR_NAME;
    if (isForUs && isNofollow((isAddress ? rule : part)?.trim() ?? '')) return true;
  }
  return false;
}

function isNofollow(rule: string): boolean {
  return rule === 'nofollow' || rule === 'none';
}
