/** Where the scope ends must not depend on which answers are filed together; so here the order is given. */
import { expect } from 'vitest';
import { openForWriting } from '../../dist/database/open.js';
import type { Lease, Settlement } from '../../dist/frontier/frontier.js';
import { SqliteFrontier } from '../../dist/frontier/sqlite.js';
import { MIGRATIONS } from '../../dist/migrations.js';
import { endsOf, test } from '../manners/bench.js';

const HERE = 'http://here.example';
const THERE = 'http://there.example';

function pageWith(id: number, links: readonly string[], outside: readonly string[] = []): Settlement {
  return {
    kind: 'page',
    id,
    links: [links.join('\n'), '', ''],
    outside: [outside.join('\n'), '', ''],
    outsideHosts: '',
  };
}

test.for(['first the page, then the seed', 'first the seed, then the page', 'both in one batch'] as const)(
  'a seed that is redirected to a known redirect widens the scope for links of that moment: %s',
  async (order, { bench }) => {
    const db = bench.file();
    const database = openForWriting(db, MIGRATIONS, false);
    const frontier = new SqliteFrontier(database.connection, {
      scope: 'origin',
      seedScopeKeys: [HERE],
      maxHops: 20,
      sitemapsOf: null,
    });
    const claim = (): readonly Lease[] =>
      frontier.claim({
        now: 1,
        limit: 10,
        pageLimit: Infinity,
        allow: () => ({ kind: 'pages', count: 10, gapMs: 0 }),
        refuse: () => null,
      }).leases;
    const file = (...settlements: Settlement[]): void => frontier.apply(settlements, [], () => undefined);
    const maintain = (): void => {
      while (frontier.maintain(1));
    };
    const idIn = (leases: readonly Lease[], key: string): number =>
      leases.find((lease) => lease.key === key)?.id ?? 0;

    frontier.start(
      1,
      {
        maxDepth: null,
        maxFollowDepth: null,
        maxVariants: null,
        maxPerHost: null,
        longestGapMs: 0,
        allowPrivate: false,
        isOfTasks: false,
      },
      null,
    );
    frontier.admitSeeds([`${HERE}/seed`, `${HERE}/other`]);
    const seeds = claim();
    file(pageWith(idIn(seeds, `${HERE}/other`), [`${HERE}/mid`, `${HERE}/page`]));
    maintain();
    const found = claim();
    // While the seed is still awaited, a link's redirect out of scope is kept.
    file({
      kind: 'redirect',
      id: idIn(found, `${HERE}/mid`),
      targetKey: `${THERE}/home`,
      verdict: 'outside',
      withCookies: false,
    });
    maintain();
    const seed: Settlement = {
      kind: 'redirect',
      id: idIn(seeds, `${HERE}/seed`),
      targetKey: `${HERE}/mid`,
      verdict: 'inside',
      withCookies: false,
    };
    const page = pageWith(idIn(found, `${HERE}/page`), [], [`${THERE}/linked`]);
    if (order === 'both in one batch') file(seed, page);
    else
      for (const settlement of order.startsWith('first the page') ? [page, seed] : [seed, page])
        file(settlement);
    for (maintain(); frontier.counts().queued > 0; maintain())
      file(...claim().map(({ id }) => pageWith(id, [])));
    database.close();

    expect(Object.keys(endsOf(db)).sort()).toEqual(
      [
        `${HERE}/seed`,
        `${HERE}/other`,
        `${HERE}/mid`,
        `${HERE}/page`,
        `${THERE}/home`,
        `${THERE}/linked`,
      ].sort(),
    );
  },
);
