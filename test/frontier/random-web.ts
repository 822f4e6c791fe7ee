/** Small webs full of what goes wrong: redirects, circles, chains about as long as is allowed, other hosts. */
import fc from 'fast-check';
import { type Answer, at, type Link, type Nofollow, pageTo, redirectTo, wall, type Web } from './web.js';

interface Sketch {
  readonly host: string;
  /** Which URL before it leads to it, 0 = the one just before: so that webs are deep and nothing stands alone. */
  readonly parent: number;
  readonly isFiltered: boolean;
  readonly answer:
    | {
        readonly kind: 'page';
        readonly links: readonly { readonly to: number; readonly nofollow: Nofollow }[];
      }
    | {
        readonly kind: 'redirect';
        readonly to: number;
        readonly withCookies: boolean;
        /** What it is when it is asked once more: where it leads, a page, or as before. */
        readonly again: number | 'page' | null;
      }
    | { readonly kind: 'broken' | 'other-type' | 'forbidden' };
}

/** Redirects in a row, hung between two URLs, and perhaps a link into the midst of them. */
interface Chain {
  readonly from: number;
  readonly isFromSeed: boolean;
  readonly length: number;
  readonly host: string;
  readonly otherHost: string;
  /** Where it ends: at one of the URLs, or at a page of a host that has no seed. */
  readonly to: number;
  readonly isAbroad: boolean;
  readonly shortcut: { readonly from: number; readonly into: number } | null;
  /** Links to another page of that host. */
  readonly admirers: readonly number[];
}

/** Taken modulo the number of URLs there are. */
const index = fc.nat({ max: 59 });
const host = fc.oneof(
  { weight: 3, arbitrary: fc.constant('a') },
  { weight: 2, arbitrary: fc.constantFrom('b', 'c') },
);
const nofollow = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Nofollow>(0) },
  { weight: 1, arbitrary: fc.constantFrom<Nofollow>(1, 2, 2) },
);

const sketch: fc.Arbitrary<Sketch> = fc.record({
  host,
  parent: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: index }),
  isFiltered: fc.oneof(
    { weight: 20, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
  answer: fc.oneof(
    {
      weight: 14,
      arbitrary: fc.record({
        kind: fc.constant('page' as const),
        links: fc.array(fc.record({ to: index, nofollow }), { maxLength: 3, size: 'max' }),
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('redirect' as const),
        to: index,
        withCookies: fc.boolean(),
        again: fc.oneof(fc.constant('page' as const), fc.constant(null), index),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constantFrom('broken' as const, 'other-type' as const, 'forbidden' as const),
      }),
    },
  ),
});

const chain: fc.Arbitrary<Chain> = fc.record({
  from: index,
  isFromSeed: fc.boolean(),
  length: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 17, max: 24 })),
  host,
  otherHost: host,
  to: index,
  isAbroad: fc.boolean(),
  shortcut: fc.option(fc.record({ from: index, into: fc.nat({ max: 23 }) })),
  admirers: fc.array(index, { maxLength: 2 }),
});

/** Most are small: what depends on order needs few URLs that have much to do with each other. */
const outline = fc.oneof(
  { weight: 3, arbitrary: outlineOf({ urls: 8, seeds: 2, chains: 0 }) },
  { weight: 1, arbitrary: outlineOf({ urls: 18, seeds: 2, chains: 0 }) },
  { weight: 3, arbitrary: outlineOf({ urls: 8, seeds: 2, chains: 2 }) },
);

function outlineOf(most: { urls: number; seeds: number; chains: number }): fc.Arbitrary<{
  readonly sketches: readonly Sketch[];
  readonly chains: readonly Chain[];
  readonly seeds: readonly number[];
  readonly maxDepth: number | null;
}> {
  return fc.record({
    sketches: fc.array(sketch, { minLength: 4, maxLength: most.urls, size: 'max' }),
    chains: fc.array(chain, { minLength: Math.min(1, most.chains), maxLength: most.chains }),
    seeds: fc.array(index, { maxLength: most.seeds, size: 'max' }),
    maxDepth: fc.oneof(
      { weight: 3, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 4 }) },
    ),
  });
}

/** Without fast-check's liking for small numbers, which makes webs in which nothing leads anywhere. */
export const randomWeb: fc.Arbitrary<Web> = fc
  .noBias(outline)
  .map(({ sketches, chains, seeds, maxDepth }) => {
    const keys = sketches.map(({ host, isFiltered }, id) => at(host, isFiltered ? `/x${id}` : `/${id}`));
    const key = (id: number): string => keys[id % keys.length] as string;
    const answers = new Map<string, Answer>(
      sketches.map(({ answer }, id) => {
        if (answer.kind === 'redirect') return [key(id), redirect(answer, key)];
        if (answer.kind !== 'page') return [key(id), answer];
        const links = answer.links.map(({ to, nofollow }) => ({ to: key(to), nofollow }));
        return [key(id), { kind: 'page', links: eachOnce(links) }];
      }),
    );
    sketches.forEach(({ parent }, id) => {
      if (id > 0) adopt(answers, keys, id, parent);
    });
    chains.forEach((each, number) => hang(answers, each, number, key));
    const chainSeeds = chains.filter(({ isFromSeed }) => isFromSeed).map(({ from }) => from);
    return { answers, seeds: [...new Set([0, ...seeds, ...chainSeeds].map(key))], maxDepth };
  });

function redirect(
  { to, withCookies, again }: Sketch['answer'] & { readonly kind: 'redirect' },
  key: (id: number) => string,
): Answer {
  const then = again === 'page' ? pageTo(key(to + 1)) : again === null ? undefined : redirectTo(key(again));
  return withCookies ? wall(key(to), then) : redirectTo(key(to), then);
}

/** Links a URL from a page before it, where there is one. */
function adopt(answers: Map<string, Answer>, keys: readonly string[], id: number, parent: number): void {
  const before = keys.slice(0, id).filter((key) => answers.get(key)?.kind === 'page');
  const from = before.at(-1 - (parent % Math.max(1, before.length)));
  if (from !== undefined) lead(answers, from, keys[id] as string);
}

/** Puts a chain in: the URL it starts from redirects or links to its head. */
function hang(answers: Map<string, Answer>, chain: Chain, number: number, key: (id: number) => string): void {
  const { from, length, host, otherHost, to, isAbroad, shortcut, admirers } = chain;
  const links = Array.from({ length }, (_, n) => at(n % 2 === 0 ? host : otherHost, `/chain${number}-${n}`));
  const end = isAbroad ? at('d', '/end') : key(to);
  links.forEach((link, n) => answers.set(link, { kind: 'redirect', to: links[n + 1] ?? end }));
  if (isAbroad) answers.set(end, { kind: 'page', links: eachOnce([{ to: key(to), nofollow: 0 }]) });
  lead(answers, key(from), links[0] as string);
  if (shortcut !== null) lead(answers, key(shortcut.from), links[shortcut.into % length] as string);
  for (const admirer of admirers) if (admirer !== from) lead(answers, key(admirer), at('d', '/other'));
}

function lead(answers: Map<string, Answer>, from: string, to: string): void {
  const answer = answers.get(from);
  if (answer?.kind === 'page')
    answers.set(from, { kind: 'page', links: eachOnce([...answer.links, { to, nofollow: 0 }]) });
  else answers.set(from, { kind: 'redirect', to });
}

/** As a worker sends them: each target once, the least nofollow wins. */
function eachOnce(links: readonly Link[]): Link[] {
  const least = new Map<string, Nofollow>();
  for (const { to, nofollow } of links) least.set(to, Math.min(least.get(to) ?? 2, nofollow) as Nofollow);
  return [...least].map(([to, nofollow]) => ({ to, nofollow }));
}
