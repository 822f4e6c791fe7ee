/**
 * robots.txt as RFC 9309 writes it: the text of a file to rules, rules and a path to a decision. Pure and
 * bounded: no text makes it throw, and one decision costs at most one left-to-right pass over the path
 * for each rule. Fetching, caching and what an unreachable file means are decided elsewhere.
 */
import { ROBOTS_MAX_BYTES, ROBOTS_TOKEN } from '../protocol/robots.js';
import { parseTarget } from '../url/canonicalise.js';
import { isUnreserved, octetAt, tripletOf } from '../url/percent.js';

/** The longest Crawl-delay that is honoured, ms; a longer one is cut to it, and the user told. */
export const CRAWL_DELAY_CAP_MS = 60_000;

/** A decision and what it rests on. */
export interface RobotsDecision {
  readonly allowed: boolean;
  /** Line number of the deciding rule, from 1; null where no rule matches. */
  readonly line: number | null;
  /** That line as written, without its comment. Text from the network: escape it before printing. */
  readonly rule: string | null;
}

/** What one robots.txt says to one crawler. */
export interface RobotsRules {
  /**
   * Whether a URL may be fetched. Never throws.
   *
   * @param pathAndQuery as `pathAndQuery` (url/canonicalise.ts) slices it from a key
   */
  isAllowed(pathAndQuery: string): boolean;
  /** As `isAllowed`, with the rule that decided. */
  explain(pathAndQuery: string): RobotsDecision;
  /** The longest Crawl-delay of our group, ms, as written (not capped); null = none. */
  readonly crawlDelayMs: number | null;
  /** Values of the Sitemap lines, of all groups, in order, as written. */
  readonly sitemaps: readonly string[];
}

/**
 * Reads a robots.txt for one crawler. Of its groups only those count that name the token, taken
 * together, or else those for `*`. Any text is read; what is not a line of the protocol is passed over.
 *
 * As published parsers do, it also takes whitespace for a missing colon, common misspellings, and agent
 * names followed by more text; other lines never end a run of user-agent lines (RFC 9309 §2.2.4). A
 * Crawl-delay, which the RFC does not know, belongs to the agents named above it in its group.
 *
 * @param text         the file, decoded as UTF-8; from `ROBOTS_MAX_BYTES` on, an unfinished last line is
 *                     left out, because half a rule is another rule
 * @param productToken our name, compared without regard to case
 * @see RFC 9309 §2.2
 */
export function parseRobots(text: string, productToken: string): RobotsRules {
  const { named, any, sitemaps } = readGroups(text, productToken.toLowerCase());
  const group = named.isPresent ? named : any;
  const match = indexRules(group.rules);
  const explain = (pathAndQuery: string): RobotsDecision => {
    // RFC 9309 §2.2.2: the file itself is implicitly allowed.
    const rule = pathAndQuery === '/robots.txt' ? null : match(pathAndQuery === '' ? '/' : pathAndQuery);
    return { allowed: rule?.isAllow ?? true, line: rule?.line ?? null, rule: rule?.text ?? null };
  };
  return {
    isAllowed: (pathAndQuery) => explain(pathAndQuery).allowed,
    explain,
    crawlDelayMs: group.crawlDelayMs,
    sitemaps,
  };
}

/**
 * Where a host's sitemaps are: what its robots.txt names, in whatever group, and the place where they are looked
 * for. Each once; what is no http(s) URL is left out.
 *
 * @param origin scheme and authority of the host
 * @see https://www.sitemaps.org/protocol.html#submit_robots
 */
export function sitemapsOf(origin: string, text: string): readonly string[] {
  const { sitemaps } = parseRobots(text, ROBOTS_TOKEN);
  const urls = [...sitemaps, '/sitemap.xml'].map(
    (address) => parseTarget(address, `${origin}/robots.txt`)?.key,
  );
  return [...new Set(urls)].filter((url) => url !== undefined);
}

// ── Lines and groups ────────────────────────────────────────────────────────────────────────────────

interface Group {
  isPresent: boolean;
  readonly rules: Rule[];
  crawlDelayMs: number | null;
}

interface Groups {
  readonly named: Group;
  readonly any: Group;
  readonly sitemaps: string[];
}

/**
 * Names of lines, by their beginning as published parsers take them, with the misspellings they know
 * (google/robotstxt, `kAllowFrequentTypos`).
 */
const USER_AGENT = /^user[- ]?agent/i;
const ALLOW = /^allow/i;
const DISALLOW = /^(?:diss?all?ow|diasllow|disallaw)/i;
const SITEMAP = /^site-?map/i;
const CRAWL_DELAY = /^crawl-?delay/i;

/** Files saved with a byte order mark: whole, undecodable, or read as Latin-1 on the way. */
const BYTE_ORDER_MARK = /^(?:\uFEFF|\uFFFD|\u00EF\u00BB\u00BF)/;

/** Longest line in bytes; the rest of it is dropped. The published parsers' 8 × 2,083, with its end mark. */
const MAX_LINE_BYTES = 8 * 2083 - 1;

function readGroups(text: string, token: string): Groups {
  const named: Group = { isPresent: false, rules: [], crawlDelayMs: null };
  const any: Group = { isPresent: false, rules: [], crawlDelayMs: null };
  const sitemaps: string[] = [];
  /** The groups that the current run of user-agent lines opened. */
  const open = new Set<Group>();
  let isNaming = false;

  for (const [index, raw] of linesOf(text).entries()) {
    const field = readField(raw);
    if (field === null) continue;
    const { name, value } = field;
    if (USER_AGENT.test(name)) {
      if (!isNaming) open.clear();
      isNaming = true;
      const group = isWildcard(value) ? any : token !== '' && tokenOf(value) === token ? named : null;
      if (group !== null) {
        group.isPresent = true;
        open.add(group);
      }
    } else if (ALLOW.test(name) || DISALLOW.test(name)) {
      isNaming = false;
      if (value === '' || open.size === 0) continue;
      const rule = compileRule(ALLOW.test(name), value, index + 1, field.text);
      for (const group of open) group.rules.push(rule);
    } else if (CRAWL_DELAY.test(name)) {
      const delayMs = parseDelayMs(value);
      if (delayMs === null) continue;
      for (const group of open) group.crawlDelayMs = Math.max(group.crawlDelayMs ?? 0, delayMs);
    } else if (SITEMAP.test(name) && value !== '') {
      sitemaps.push(value);
    }
  }
  return { named, any, sitemaps };
}

function linesOf(text: string): string[] {
  const lines = text
    .slice(0, ROBOTS_MAX_BYTES)
    .replace(BYTE_ORDER_MARK, '')
    .split(/\r\n|\r|\n/);
  // The caller cuts by bytes, so at this size the last line is most probably half a line.
  if (Buffer.byteLength(text) >= ROBOTS_MAX_BYTES) lines.pop();
  return lines;
}

interface Field {
  readonly name: string;
  readonly value: string;
  /** The line without comment and blanks around it. */
  readonly text: string;
}

/** `name : value`, or name and value with only blanks between; null for any other line. */
function readField(raw: string): Field | null {
  const line = raw.length * 3 > MAX_LINE_BYTES ? cutLine(raw) : raw;
  const hash = line.indexOf('#');
  const text = strip(hash === -1 ? line : line.slice(0, hash));
  const colon = text.indexOf(':');
  if (colon === 0) return null;
  if (colon !== -1) return { name: strip(text.slice(0, colon)), value: strip(text.slice(colon + 1)), text };
  const words = text.split(/[ \t]+/, 3);
  const [name, value] = words;
  return words.length === 2 && name !== undefined && value !== undefined ? { name, value, text } : null;
}

function cutLine(line: string): string {
  const bytes = Buffer.from(line, 'utf8');
  return bytes.length <= MAX_LINE_BYTES ? line : bytes.toString('utf8', 0, MAX_LINE_BYTES);
}

/** ASCII blanks off both ends. By hand: `/[ \t]+$/` takes quadratic time on a long run of blanks. */
function strip(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

/** `*`, also with more behind a blank (`* # all` is plain; `* all bots` is met too). */
function isWildcard(value: string): boolean {
  return value.startsWith('*') && (value.length === 1 || isBlank(value.charCodeAt(1)));
}

/** The product token a value begins with: `FooBot` of `FooBot/1.0 (…)`. Lower case; '' = none. */
function tokenOf(value: string): string {
  return /^[a-z_-]*/i.exec(value)?.[0].toLowerCase() ?? '';
}

/** Seconds, with or without fraction, as ms; null for anything else, a sign or an endless number. */
function parseDelayMs(value: string): number | null {
  if (!/^(?:\d+\.?\d*|\.\d+)$/.test(value)) return null;
  const delayMs = Math.round(Number(value) * 1000);
  return Number.isFinite(delayMs) ? delayMs : null;
}

// ── Patterns ────────────────────────────────────────────────────────────────────────────────────────

interface Rule {
  readonly isAllow: boolean;
  readonly line: number;
  readonly text: string;
  /** What stands between the `*` of the pattern, in normal form; one part = no `*`. */
  readonly parts: readonly string[];
  /**
   * The parts with encoded reserved characters left so: behind a `*` it is unknown whether they mean
   * path or query, so the rule also matches where it does as written. Null where it makes no difference.
   */
  readonly literalParts: readonly string[] | null;
  /** Whether the pattern ends in `$`. */
  readonly isAnchored: boolean;
  /** Octets of the pattern in normal form, `*` and `$` counted: the longer rule wins. */
  readonly octets: number;
}

function compileRule(isAllow: boolean, value: string, line: number, text: string): Rule {
  const isAnchored = value.endsWith('$');
  const raw = (isAnchored ? value.slice(0, -1) : value).split('*');
  const parts = normalParts(raw);
  const octets = parts.reduce((sum, part) => sum + part.length + 1, isAnchored ? 0 : -1);
  const isUnsure = raw.length > 1 && value.includes('%');
  const literalParts = isUnsure ? raw.map((part) => normalForm(part, FOLDED_NOWHERE, FOLDED_NOWHERE)) : null;
  return { isAllow, line, text, parts, literalParts, isAnchored, octets };
}

/** The parts of a pattern in normal form. Behind a `*` only a `?` of its own says that a part is in the query. */
function normalParts(raw: readonly string[]): string[] {
  let inPath: ReadonlySet<number> = FOLDED_IN_PATH;
  return raw.map((part) => {
    const normal = normalForm(part, inPath, FOLDED_IN_QUERY);
    if (inPath !== FOLDED_IN_QUERY) inPath = part.includes('?') ? FOLDED_IN_QUERY : FOLDED_ANYWHERE;
    return normal;
  });
}

/** Texts that are their own normal form: unreserved and reserved characters only (RFC 3986 §2.2, §2.3). */
const NORMAL = /^[\w\-.~:/?#[\]@!$&'()*+,;=]*$/;

/**
 * Reserved characters that delimit nothing in that part of a URL, so that their encoded and plain forms
 * compare equal: RFC 9309 §2.2.2 wants `?u=http://a` and `?u=http%3A%2F%2Fa` to, §2.2.3 `%2A` and `*`.
 * What does delimit there (`/` of a path, `&` of a query …) stays apart from its encoded form.
 */
const FOLDED_IN_PATH = octetSet(":@[]!$&'()*+,;=");
const FOLDED_IN_QUERY = octetSet(":@[]!$'()*,/?");
const FOLDED_ANYWHERE = octetSet(":@[]!$'()*,");
const FOLDED_NOWHERE = octetSet('');
const RESERVED = octetSet(":/?#[]@!$&'()*+,;=");

const QUESTION_MARK = 0x3f;
const PERCENT = 0x25;

/**
 * A pattern or path as it is compared: unreserved characters plain, everything outside the URI
 * characters encoded, hex in upper case; of encoded reserved characters, those to be folded plain.
 *
 * @param inPath  octets folded up to the first `?`
 * @param inQuery octets folded behind it
 * @see RFC 9309 §2.2.2
 */
function normalForm(text: string, inPath: ReadonlySet<number>, inQuery: ReadonlySet<number>): string {
  if (NORMAL.test(text)) return text;
  // One character per byte, so that non-ASCII characters are encoded octet by octet.
  const bytes = Buffer.from(text, 'utf8').toString('latin1');
  let out = '';
  let folded = inPath;
  for (let at = 0; at < bytes.length; at += 1) {
    const code = bytes.charCodeAt(at);
    const encoded = octetAt(bytes, at);
    if (encoded !== -1) {
      out += isUnreserved(encoded) || folded.has(encoded) ? String.fromCharCode(encoded) : tripletOf(encoded);
      at += 2;
    } else {
      if (code === QUESTION_MARK) folded = inQuery;
      // A stray '%' stays as it is, as it does in a key.
      out += isUnreserved(code) || RESERVED.has(code) || code === PERCENT ? bytes[at] : tripletOf(code);
    }
  }
  return out;
}

function octetSet(characters: string): ReadonlySet<number> {
  return new Set(Buffer.from(characters, 'latin1'));
}

// ── Matching ────────────────────────────────────────────────────────────────────────────────────────

/**
 * Prepares rules for matching: answers the deciding rule of a path, or null. Rules without `*`, nearly
 * all of a long file, are found by table look-up; the others are tried longest first.
 */
function indexRules(rules: readonly Rule[]): (pathAndQuery: string) => Rule | null {
  const exact = new Map<string, Rule>();
  const prefixes = new Map<string, Rule>();
  const wild = new Map<string, Rule>();
  for (const rule of rules) {
    const [first = '', second] = rule.parts;
    if (rule.parts.length === 1) keepStronger(rule.isAnchored ? exact : prefixes, first, rule);
    // `/a*` is `/a` but for its length.
    else if (rule.parts.length === 2 && second === '' && !rule.isAnchored)
      keepStronger(prefixes, first, rule);
    else keepStronger(wild, `${rule.parts.join('\0')}${rule.isAnchored ? '$' : ''}`, rule);
  }
  const lengths = [...new Set([...prefixes.keys()].map((prefix) => prefix.length))].sort((a, b) => b - a);
  const wildByRank = [...wild.values()].sort((a, b) => (isStronger(a, b) ? -1 : isStronger(b, a) ? 1 : 0));

  return (pathAndQuery) => {
    const path = normalForm(pathAndQuery, FOLDED_IN_PATH, FOLDED_IN_QUERY);
    let best: Rule | null = exact.get(path) ?? null;
    for (const length of lengths) {
      // The pattern of a prefix is at most one octet longer than the prefix, by its `*`.
      if (best !== null && length + 1 < best.octets) break;
      const rule = length <= path.length ? prefixes.get(path.slice(0, length)) : undefined;
      if (rule !== undefined && isStronger(rule, best)) best = rule;
    }
    const literal = normalForm(pathAndQuery, FOLDED_NOWHERE, FOLDED_NOWHERE);
    for (const rule of wildByRank) {
      if (!isStronger(rule, best)) break;
      if (matches(rule.parts, rule.isAnchored, path)) return rule;
      if (rule.literalParts !== null && matches(rule.literalParts, rule.isAnchored, literal)) return rule;
    }
    return best;
  };
}

/** The more octets win; of equals, Allow (RFC 9309 §2.2.2). */
function isStronger(rule: Rule, than: Rule | null): boolean {
  if (than === null || rule.octets !== than.octets) return than === null || rule.octets > than.octets;
  return rule.isAllow && !than.isAllow;
}

function keepStronger(table: Map<string, Rule>, key: string, rule: Rule): void {
  if (isStronger(rule, table.get(key) ?? null)) table.set(key, rule);
}

/**
 * Whether a path begins with the first part and then holds the others in order. Taking each part at its
 * first place leaves the most room for the rest, so nothing is ever tried twice.
 */
function matches(parts: readonly string[], isAnchored: boolean, path: string): boolean {
  const last = parts.length - 1;
  if (!path.startsWith(parts[0] ?? '')) return false;
  let at = parts[0]?.length ?? 0;
  for (let index = 1; index < last; index += 1) {
    const part = parts[index] ?? '';
    const found = path.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  const tail = parts[last] ?? '';
  if (!isAnchored) return path.indexOf(tail, at) !== -1;
  return path.length - tail.length >= at && path.endsWith(tail);
}
