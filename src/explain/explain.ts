/**
 * Why one URL was or was not crawled: gathers what the file knows of it, or judges by the rule of the crawl a URL
 * that is not in it. Reads only; says facts, no sentences. Texts may come from the web: escape before printing.
 */
import type { Connection } from '../database/connection.js';
import { parseRobots } from '../policy/robots.js';
import { ROBOTS_TOKEN } from '../protocol/robots.js';
import type { LinkRule } from '../protocol/settings.js';
import { isTooLong, originOf, pathAndQuery } from '../url/canonicalise.js';
import { repeatedRun } from '../url/pattern.js';
import { explainScope, hostnameOf, scopeKeyOf, type ScopeRefusal } from '../url/scope.js';
import {
  type Attempt,
  countOutside,
  findFile,
  type ExecutionFacts,
  findHost,
  findTaskAt,
  findUrl,
  hasWorkLeft,
  type Hold,
  type HostRow,
  isDeferred,
  type LastRun,
  readAttempts,
  readHold,
  readExecutions,
  readLastRun,
  readRobotsText,
  readWonPages,
  type UrlFacts,
} from './facts.js';
import {
  type Backlinks,
  type Hop,
  linksTo,
  redirectsFrom,
  redirectsTo,
  sitemapsListing,
  type Way,
  wayTo,
} from './ways.js';

/** The oldest version of the schema that has all that is read here: from it on tries tell their proxy. */
export const OLDEST_VERSION = 6;

/** By what the crawl judges URLs; from the settings in its file. */
export interface CrawlRule {
  readonly seeds: readonly string[];
  readonly rule: LinkRule;
  readonly within: string | null;
  readonly obeyRobots: boolean;
}

/** The line of robots.txt that decides; null = none does, and the URL is allowed. */
export interface RobotsLine {
  readonly allowed: boolean;
  readonly line: number | null;
  readonly rule: string | null;
}

/** Facts of the host that matter for a URL. */
export interface HostFacts extends Omit<HostRow, 'id' | 'admitted'> {
  /** What its robots.txt, as it is now in the file, says of the URL; null = not known, or not obeyed. */
  readonly robots: RobotsLine | null;
  readonly isRobotsObeyed: boolean;
}

/** What the text of the URL and the rule of the crawl say of it. */
export interface Judgement {
  readonly isTooLong: boolean;
  /** The run of path segments that stands there four times. */
  readonly repeatedRun: string | null;
  readonly scope: ScopeRefusal | null;
}

/** Of a URL in the file. */
export interface Known {
  readonly isKnown: true;
  readonly facts: UrlFacts;
  readonly hold: Hold | null;
  readonly way: Way;
  /** Null = not counted: it would take too long without the index a finished run makes. */
  readonly linksTo: Backlinks | null;
  readonly sitemapsListing: Backlinks;
  readonly redirectsTo: Backlinks;
  readonly redirectsFrom: readonly Hop[];
  readonly attempts: readonly Attempt[];
  readonly executions: readonly ExecutionFacts[];
}

/** Of a URL that is not. */
export interface Unknown {
  readonly isKnown: false;
  /** A seed of the crawl: it was stopped before it took it in. */
  readonly isSeed: boolean;
  /** A link to it was found, and waits until the redirects of the seeds have ended. */
  readonly isDeferred: boolean;
  /** Links out of the crawl to this host, as far as they were counted. */
  readonly outsideLinks: number;
  /** Nearly the same URLs that are in the file. */
  readonly similar: readonly { readonly url: string; readonly state: UrlFacts['state'] }[];
  readonly within: string | null;
  /** Something is queued or under way: a link may still be found. */
  readonly hasWorkLeft: boolean;
}

export type Explanation = (Known | Unknown) & {
  readonly key: string;
  readonly judgement: Judgement;
  readonly host: HostFacts | null;
  readonly lastRun: LastRun | null;
};

/**
 * @param key  as `parseTarget` gives it
 * @param task where one was meant by its own key
 */
export function explain(connection: Connection, crawl: CrawlRule, key: string, task?: UrlFacts): Explanation {
  const facts = task ?? findPageOrFile(connection, key) ?? findTaskAt(connection, key);
  const common = {
    key,
    judgement: judge(connection, crawl, key),
    host: hostOf(connection, crawl, key),
    lastRun: readLastRun(connection),
  };
  if (facts === undefined) return { ...common, ...unknown(connection, crawl, key) };
  return {
    ...common,
    isKnown: true,
    facts,
    hold: readHold(connection, facts.id),
    way: wayTo(connection, facts),
    linksTo: linksTo(connection, facts.id),
    sitemapsListing: sitemapsListing(connection, facts.id),
    redirectsTo: redirectsTo(connection, facts.id),
    redirectsFrom: redirectsFrom(connection, facts),
    attempts: readAttempts(connection, facts),
    executions: readExecutions(connection, facts),
  };
}

/** What was asked for as a listing and is none may be a file. */
function findPageOrFile(connection: Connection, key: string): UrlFacts | undefined {
  const page = findUrl(connection, key);
  return page === undefined || page.state === 'skipped' ? (findFile(connection, key) ?? page) : page;
}

function judge(connection: Connection, { rule }: CrawlRule, key: string): Judgement {
  const won = readWonPages(connection).map((page) => scopeKeyOf(page, rule.scope));
  return {
    isTooLong: isTooLong(key),
    repeatedRun: repeatedRun(key),
    scope: explainScope({ ...rule, scopeKeys: [...rule.scopeKeys, ...won] }, key),
  };
}

function hostOf(connection: Connection, { obeyRobots }: CrawlRule, key: string): HostFacts | null {
  const row = findHost(connection, originOf(key));
  if (row === undefined) return null;
  const { id, admitted: _, ...facts } = row;
  const isKnown = obeyRobots && row.robotsFetchedAt !== null && !isTooLong(key);
  const rules = isKnown ? parseRobots(readRobotsText(connection, id), ROBOTS_TOKEN) : null;
  return { ...facts, robots: rules?.explain(pathAndQuery(key)) ?? null, isRobotsObeyed: obeyRobots };
}

function unknown(connection: Connection, { seeds, rule, within }: CrawlRule, key: string): Unknown {
  return {
    isKnown: false,
    isSeed: seeds.includes(key),
    isDeferred: isDeferred(connection, scopeKeyOf(key, rule.scope), key),
    outsideLinks: countOutside(connection, hostnameOf(key)),
    similar: similarTo(key).flatMap((other) => {
      const facts = findUrl(connection, other);
      return facts === undefined ? [] : [{ url: facts.url, state: facts.state }];
    }),
    within,
    hasWorkLeft: hasWorkLeft(connection),
  };
}

/** What people often mean instead: the other scheme, with or without `www.`, slash at the end, query. */
function similarTo(key: string): readonly string[] {
  const mark = key.indexOf('?');
  const [url, query] = mark === -1 ? [key, ''] : [key.slice(0, mark), key.slice(mark)];
  const others = [
    url.endsWith('/') ? url.slice(0, -1) : `${url}/`,
    url.startsWith('https:') ? `http:${url.slice(6)}` : `https:${url.slice(5)}`,
    url.includes('//www.') ? url.replace('//www.', '//') : url.replace('//', '//www.'),
  ];
  if (isTooLong(key)) return [];
  return query === '' ? others : [...others.map((other) => other + query), url];
}
