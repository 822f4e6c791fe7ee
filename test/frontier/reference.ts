/**
 * What a crawl must end with, worked out from the whole web at once and from the rules alone: no order,
 * no queue, no database. Slow and plain on purpose.
 *
 * - A link costs 1, a redirect nothing; depth is the least cost from a seed over what is fetched.
 * - Hops are redirects since the last followed link or seed, on the way that has fewest. A redirect by a
 *   URL at hop 20 fails it and leads nowhere.
 * - Seeds, and what their redirects lead to, are exempt from scope; a page at such an end adds its origin.
 * - A page-level nofollow link (2) makes its target known and no more.
 * - When a circle of redirects closes in which cookies had a part, each of its URLs is asked once more in its life;
 *   where it led before remains a way.
 */
import type { Inspection, UrlFacts } from './bench.js';
import { type Answer, isFiltered, originOf, type Web } from './web.js';

const MAX_HOPS = 20;

interface Row {
  depth: number;
  hops: number;
  isAdmitted: boolean;
}

type End = Pick<Inspection, 'edges' | 'outsideHosts'> & {
  readonly urls: readonly Omit<UrlFacts, 'attempts'>[];
};

/** A web after some of its URLs were asked once more: what they answer now, and where they led before. */
interface Seen extends Web {
  readonly detours: ReadonlyMap<string, string>;
}

export function expectedEnd(web: Web): End {
  const answers = new Map(web.answers);
  const detours = new Map<string, string>();
  const seen: Seen = { ...web, answers, detours };
  for (;;) {
    const { end, rows } = endOfWeb(seen);
    const again = [...rows.keys()].filter((key) => !detours.has(key) && isOnWalledCircle(seen, rows, key));
    if (again.length === 0) return end;
    for (const key of again) {
      const answer = answers.get(key);
      if (answer?.kind !== 'redirect') continue;
      detours.set(key, answer.to);
      if (answer.again !== undefined) answers.set(key, answer.again);
    }
  }
}

function isOnWalledCircle(web: Seen, rows: ReadonlyMap<string, Row>, start: string): boolean {
  if ((rows.get(start)?.hops ?? 0) >= MAX_HOPS || leadsOn(web, rows, start)) return false;
  const circle = new Set<string>();
  for (let key: string | null = start; key !== null && !circle.has(key); key = targetOf(web, key))
    circle.add(key);
  return [...circle].some((key) => hasCookies(web.answers.get(key)));
}

function hasCookies(answer: Answer | undefined): boolean {
  return answer?.kind === 'redirect' && answer.withCookies === true;
}

function endOfWeb(web: Seen): { end: End; rows: ReadonlyMap<string, Row> } {
  const exempt = exemptKeys(web);
  const scope = grownScope(web, exempt);
  const isInside = (key: string): boolean => !isFiltered(key) && scope.has(originOf(key));
  const rows = fixedPoint(web, exempt, isInside);
  const isFetched = (key: string): boolean => canBeFetched(web, rows.get(key)) && !isForbidden(web, key);

  const edges: string[] = [];
  const outsideHosts: Record<string, number> = {};
  for (const key of rows.keys()) {
    const answer = web.answers.get(key);
    if (!isFetched(key) || answer?.kind !== 'page') continue;
    for (const { to, nofollow } of answer.links) {
      if (isInside(to)) edges.push(`${key} → ${to} (${nofollow})`);
      else if (!isFiltered(to)) outsideHosts[hostOf(to)] = (outsideHosts[hostOf(to)] ?? 0) + 1;
    }
  }
  const urls = [...rows].map(([key, row]) => ({
    key,
    ...endOf(web, rows, key, row),
    depth: row.depth === Infinity ? null : row.depth,
    redirectTo: isFetched(key) ? targetOf(web, key) : null,
  }));
  urls.sort((a, b) => (a.key < b.key ? -1 : 1));
  return { end: { urls, edges: edges.sort(), outsideHosts }, rows };
}

/** Seeds and what their redirects lead to, up to twenty of them. */
function exemptKeys(web: Seen): Set<string> {
  const exempt = new Set<string>();
  let level = [...web.seeds];
  for (let hop = 0; hop <= MAX_HOPS; hop++) {
    for (const key of level) exempt.add(key);
    level = [
      ...new Set(level.flatMap((key) => [targetOf(web, key) ?? [], web.detours.get(key) ?? []].flat())),
    ];
  }
  return exempt;
}

function grownScope(web: Web, exempt: ReadonlySet<string>): Set<string> {
  const ends = [...exempt].filter((key) => web.answers.get(key)?.kind === 'page');
  return new Set([...web.seeds, ...ends].map(originOf));
}

/** Every way of reaching every URL is tried until none is better than what is known. */
function fixedPoint(
  web: Seen,
  exempt: ReadonlySet<string>,
  isInside: (key: string) => boolean,
): Map<string, Row> {
  const rows = new Map<string, Row>();
  let hasChanged = true;
  const reach = (key: string, depth: number, hops: number): void => {
    const row = rows.get(key) ?? { depth: NaN, hops: NaN, isAdmitted: exempt.has(key) || isInside(key) };
    if (row.depth <= depth && row.hops <= hops) return;
    rows.set(key, { ...row, depth: least(row.depth, depth), hops: least(row.hops, hops) });
    hasChanged = true;
  };
  for (const seed of web.seeds) reach(seed, 0, 0);
  while (hasChanged) {
    hasChanged = false;
    for (const [key, row] of rows) {
      const answer = web.answers.get(key);
      if (!canBeFetched(web, row)) continue;
      const detour = web.detours.get(key);
      if (detour !== undefined) reach(detour, row.depth, row.hops + 1);
      if (answer?.kind === 'redirect' && row.hops < MAX_HOPS) reach(answer.to, row.depth, row.hops + 1);
      if (answer?.kind !== 'page') continue;
      for (const { to, nofollow } of answer.links) {
        if (!isInside(to)) continue;
        if (nofollow === 2) reach(to, Infinity, Infinity);
        else reach(to, row.depth + 1, 0);
      }
    }
  }
  return rows;
}

function canBeFetched(web: Web, row: Row | undefined): boolean {
  return row !== undefined && row.isAdmitted && row.depth <= (web.maxDepth ?? Number.MAX_VALUE);
}

function endOf(
  web: Web,
  rows: ReadonlyMap<string, Row>,
  key: string,
  row: Row,
): Pick<UrlFacts, 'state' | 'error'> {
  if (!row.isAdmitted) return { state: 'skipped', error: 'out-of-scope' };
  if (row.depth === Infinity) return { state: 'skipped', error: 'nofollow' };
  if (!canBeFetched(web, row)) return { state: 'skipped', error: 'depth' };
  switch (web.answers.get(key)?.kind) {
    case 'page':
      return { state: 'done', error: null };
    case 'redirect':
      return leadsOn(web, rows, key)
        ? { state: 'done', error: null }
        : { state: 'failed', error: 'redirect' };
    case 'other-type':
      return { state: 'skipped', error: 'content-type' };
    case 'forbidden':
      return { state: 'skipped', error: 'robots' };
    default:
      return { state: 'failed', error: 'status' };
  }
}

/** Whether a redirect is followed and does not come back to itself. */
function leadsOn(web: Web, rows: ReadonlyMap<string, Row>, start: string): boolean {
  if ((rows.get(start)?.hops ?? 0) >= MAX_HOPS) return false;
  const seen = new Set<string>();
  for (let key: string | null = start; key !== null && !seen.has(key);) {
    seen.add(key);
    const row = rows.get(key);
    if (!canBeFetched(web, row) || (row?.hops ?? 0) >= MAX_HOPS) return true;
    key = targetOf(web, key);
    if (key === start) return false;
  }
  return true;
}

function targetOf(web: Web, key: string): string | null {
  const answer = web.answers.get(key);
  return answer?.kind === 'redirect' ? answer.to : null;
}

function isForbidden(web: Web, key: string): boolean {
  return web.answers.get(key)?.kind === 'forbidden';
}

function hostOf(key: string): string {
  return new URL(key).hostname;
}

/** The lesser; NaN is no number yet. */
function least(a: number, b: number): number {
  return Number.isNaN(a) ? b : Math.min(a, b);
}
