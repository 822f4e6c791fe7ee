/**
 * A finished crawl of the hostile site beside what was expected: two lists of lines that are equal if all is
 * well, and whose difference names every case that is not.
 */
import { canonicalise } from '../../dist/url/canonicalise.js';
import { read } from '../support/crash-file.js';
import type { Case, End } from './case.js';
import type { HostileSite } from './hostile-site.js';

type Links = ReadonlyMap<number, readonly string[]>;

const LINKS = 'SELECT l.source_id AS source, t.url FROM links l JOIN pages t ON t.id = l.target_id';
/** Requests that went with a thread, whether they were on their way already or not. */
const LOST = `SELECT coalesce(u.url, u.request_key) AS url, count(*) AS n FROM tries t JOIN urls u ON u.id = t.url_id
  WHERE t.error = 'worker-lost' GROUP BY 1`;
const SITEMAPS = 'SELECT *, NULL AS title FROM sitemaps';
const LISTED = 'SELECT s.sitemap_id AS source, p.url FROM sitemap_urls s JOIN pages p ON p.id = s.page_id';

interface Row {
  readonly id: number;
  readonly url: string;
  readonly state: string;
  readonly error: string | null;
  readonly http_status: number | null;
  readonly title: string | null;
  readonly redirect_to: string | null;
}

export interface Comparison {
  /** By name, where it is not as it must be: how a URL ended … */
  readonly found: Readonly<Record<string, string>>;
  /** … and how it had to. */
  readonly expected: Readonly<Record<string, string>>;
  /** Cases by topic, ordinary pages and what cases lead to among them: as expected, of how many. */
  readonly tally: Readonly<Record<string, string>>;
  /** Cases that are not judged yet, and why. */
  readonly todo: readonly string[];
}

/**
 * Compares a file, and the requests counted since `network.watch`, with what the site expects.
 *
 * @param isCounted whether each URL must have been asked for as often as it says; not after a kill
 */
export function compareEnds(site: HostileSite, file: string, isCounted = true): Comparison {
  const asked = askedByKey(site);
  const lost = new Map(read<{ url: string; n: number }>(file, LOST).map(({ url, n }) => [url, n]));
  const found: Record<string, string> = {};
  const expected: Record<string, string> = {};
  const tally = new Map<string, [right: number, all: number]>();
  const todo: string[] = [];
  const compare = (cases: ReadonlyMap<string, Case>, rows: ReadonlyMap<string, Row>, links: Links): void => {
    for (const [url, each] of cases) {
      const row = rows.get(url);
      const requests = countOf(asked.get(url) ?? 0, lost.get(url) ?? 0, each);
      const facts = row === undefined ? null : factsOf(row, links.get(row.id) ?? [], requests);
      const [is, mustBe] = [text(facts, each, isCounted), text(wanted(each), each, isCounted)];
      count(tally, each, is === mustBe);
      if (each.todo !== undefined) todo.push(`${each.name}: ${is === mustBe ? 'mended' : each.todo}`);
      else if (is !== mustBe) [found[each.name], expected[each.name]] = [is, mustBe];
    }
    for (const [url, { state, error, http_status: status }] of rows) {
      if (!cases.has(url) && !isUsualSitemap(url, status))
        found[`nobody expected ${url.slice(0, 200)}`] = `${state} ${error} ${status}`;
    }
  };
  compare(site.expected, rowsOf(file, 'SELECT * FROM pages'), linksOf(file, LINKS));
  compare(site.sitemaps, rowsOf(file, SITEMAPS), linksOf(file, LISTED));
  for (const fault of unwanted(site)) found[fault] = 'must never be';
  const lines = [...tally].map(([topic, [right, all]]) => [topic, `${right} of ${all}`] as const);
  return { found, expected, tally: Object.fromEntries(lines), todo };
}

function count(tally: Map<string, [number, number]>, { name }: Case, isRight: boolean): void {
  const topic = name.includes(' → ') ? 'targets' : (name.split(':', 1)[0] ?? '');
  const [right, all] = tally.get(topic) ?? [0, 0];
  tally.set(topic, [right + (isRight ? 1 : 0), all + 1]);
}

/** What arrived and never should have. */
export function unwanted(site: HostileSite): string[] {
  const requests = [...askedByKey(site).keys()].filter((url) => !site.isWanted(url));
  return [...requests.map((url) => `asked for ${url.slice(0, 200)}`), ...site.network.leaks];
}

/** Every host is asked for this one; where nobody says more of it, it is not there, or its host is not. */
function isUsualSitemap(url: string, status: number | null): boolean {
  return new URL(url).pathname === '/sitemap.xml' && (status === 404 || status === null);
}

/** As often as it must be asked for, where that and requests lost make what arrived. */
function countOf(asked: number, lost: number, { expect: { requests } }: Case): number {
  const wantedTimes = requests ?? 1;
  return asked >= wantedTimes && asked <= wantedTimes + lost ? wantedTimes : asked;
}

type Facts = Required<End>;

function factsOf(row: Row, links: readonly string[], requests: number): Facts {
  const { state, error, http_status, title, redirect_to } = row;
  return {
    state: state as End['state'],
    error: error ?? '',
    http_status,
    title,
    redirect_to: redirect_to ?? '',
    links: [...links].sort(),
    requests,
  };
}

function wanted({ url, expect }: Case): End {
  const absolute = (address: string): string => canonicalise(address, url) ?? address;
  return {
    requests: 1,
    ...expect,
    ...(expect.redirect_to === undefined ? {} : { redirect_to: absolute(expect.redirect_to) }),
    ...(expect.links === undefined ? {} : { links: [...new Set(expect.links.map(absolute))].sort() }),
  };
}

/** The facts that the case is about. */
function text(facts: End | null, { expect }: Case, isCounted: boolean): string {
  if (facts === null) return 'not found';
  const { state, error = '', http_status, title, redirect_to, links, requests } = facts;
  return [
    `${state} ${expect.state === 'failed' && expect.error === undefined ? '' : error}`.trim(),
    ...(expect.http_status === undefined ? [] : [`status ${http_status}`]),
    ...(expect.title === undefined ? [] : [JSON.stringify(title)]),
    ...(expect.redirect_to === undefined ? [] : [`to ${redirect_to}`]),
    ...(expect.links === undefined ? [] : [`links ${links?.join(' ')}`]),
    ...(expect.requests === null || !isCounted ? [] : [`asked ${requests}×`]),
  ].join(', ');
}

function rowsOf(file: string, sql: string): Map<string, Row> {
  return new Map(read<Row>(file, sql).map((row) => [row.url, row]));
}

function linksOf(file: string, sql: string): Map<number, string[]> {
  const links = new Map<number, string[]>();
  for (const { source, url } of read<{ source: number; url: string }>(file, sql)) {
    const known = links.get(source);
    if (known === undefined) links.set(source, [url]);
    else known.push(url);
  }
  return links;
}

/** Requests by identity key, since a server may insist on another spelling. */
function askedByKey({ network }: HostileSite): Map<string, number> {
  const asked = new Map<string, number>();
  for (const [url, times] of network.asked) {
    const key = canonicalise(url) ?? url;
    asked.set(key, (asked.get(key) ?? 0) + times);
  }
  return asked;
}
