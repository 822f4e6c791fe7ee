/**
 * A web made up for a test, seen from both sides: `settlementOf` is what a worker would report of one of
 * its URLs, `Web` what the URLs answer. Links are told apart as url/scope.ts does under `--scope origin`;
 * paths that start with /x stand for what --exclude refuses.
 */
import type { Lease, Settlement } from '../../dist/frontier/frontier.js';
import type { Verdict } from '../../dist/protocol/outcome.js';

/** 0 plain, 1 rel=nofollow, 2 page-level nofollow. */
export type Nofollow = 0 | 1 | 2;

export interface Link {
  readonly to: string;
  readonly nofollow: Nofollow;
}

/** What a URL answers, the same at all times; `forbidden` by robots.txt. */
export type Answer =
  | { readonly kind: 'page'; readonly links: readonly Link[] }
  | {
      readonly kind: 'redirect';
      readonly to: string;
      /** Cookies have a part in it. */
      readonly withCookies?: true;
      /** What it answers when it is asked once more; the same by default. */
      readonly again?: Answer;
    }
  | { readonly kind: 'broken' | 'other-type' | 'forbidden' };

export interface Web {
  readonly answers: ReadonlyMap<string, Answer>;
  readonly seeds: readonly string[];
  readonly maxDepth: number | null;
}

/** A key on a host of the test: `at('b', '/x')` is http://b.test/x. */
export function at(host: string, path: string): string {
  return `http://${host}.test${path}`;
}

export function originOf(key: string): string {
  return new URL(key).origin;
}

export function isFiltered(key: string): boolean {
  return new URL(key).pathname.startsWith('/x');
}

/** A page whose links are all followed. */
export function pageTo(...targets: readonly string[]): Answer {
  return { kind: 'page', links: targets.map((to) => ({ to, nofollow: 0 })) };
}

export function redirectTo(to: string, again?: Answer): Answer {
  return { kind: 'redirect', to, ...(again === undefined ? {} : { again }) };
}

/** How a link stands before any scope is won. */
function verdictOf(key: string, seeds: readonly string[]): Verdict {
  if (isFiltered(key)) return 'filtered';
  return seeds.some((seed) => originOf(seed) === originOf(key)) ? 'inside' : 'outside';
}

/** A redirect that comes with cookies, and what the URL answers to whoever brings them. */
export function wall(to: string, again?: Answer): Answer {
  return { kind: 'redirect', to, withCookies: true, ...(again === undefined ? {} : { again }) };
}

/** The settlement that the answer to a lease leads to. */
export function settlementOf(web: Web, { id, key, isReasked }: Lease, keepOutside: boolean): Settlement {
  const first = web.answers.get(key);
  const answer = first?.kind === 'redirect' && isReasked ? (first.again ?? first) : first;
  switch (answer?.kind) {
    case 'page':
      return pageSettlement(web, id, answer.links, keepOutside);
    case 'redirect':
      return {
        kind: 'redirect',
        id,
        targetKey: answer.to,
        verdict: verdictOf(answer.to, web.seeds),
        withCookies: answer.withCookies === true,
      };
    case 'other-type':
      return { kind: 'skipped', id, reason: 'content-type' };
    case 'broken':
    case undefined:
      return { kind: 'failed', id, code: 'status', detail: 'HTTP 404' };
    case 'forbidden':
      throw new Error(`${key} was leased though robots.txt forbids it`);
  }
}

function pageSettlement(web: Web, id: number, all: readonly Link[], keepOutside: boolean): Settlement {
  const among = (verdict: Verdict): readonly Link[] =>
    all.filter(({ to }) => verdictOf(to, web.seeds) === verdict);
  const outside = among('outside');
  return {
    kind: 'page',
    id,
    links: byNofollow(among('inside')),
    outside: byNofollow(keepOutside ? outside : []),
    outsideHosts: keepOutside ? '' : outside.map(({ to }) => `${new URL(to).hostname} 1\n`).join(''),
  };
}

function byNofollow(links: readonly Link[]): [string, string, string] {
  const list = (level: Nofollow): string =>
    links
      .filter(({ nofollow }) => nofollow === level)
      .map(({ to }) => to)
      .join('\n');
  return [list(0), list(1), list(2)];
}
