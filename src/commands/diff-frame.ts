/** What a comparison of two crawls tells, in its order, whatever the grammar: a head, counts, what to know, sections. */
import type { Difference, PageFacts } from '../diff/differences.js';
import type { LinksByTarget, LinksToOne } from '../diff/tally.js';
import { formatNumber } from '../observe/quantity.js';
import { notesOf, type ToldComparison } from './diff-notes.js';

type Of<Kind extends Difference['kind']> = Extract<Difference, { kind: Kind }>;
export type Sign = '+' | '-';

/** How each part is written. */
export interface DiffGrammar {
  readonly head: (told: ToldComparison) => string;
  readonly table: (told: ToldComparison) => string;
  readonly note: (sentence: string) => string;
  /** Makes a text harmless that may hold anything. */
  readonly quoted: (text: string) => string;
  readonly heading: (title: string) => string;
  readonly page: (sign: Sign, page: PageFacts) => string;
  readonly changed: (page: Of<'page-changed'>) => string;
  /** @param on how many pages such a link stands on, with words behind it; '' = one */
  readonly link: (sign: Sign, link: LinksToOne, on: string) => string;
  readonly more: (count: string) => string;
}

/** How a page ended, where there is something to tell; else ''. */
export function fateOf({ state, error, status }: PageFacts): string {
  const reason = error === null ? state : `${state}: ${error}`;
  const answer = status === null || status === 200 ? '' : `, HTTP ${status}`;
  return state === 'done' && answer === '' ? '' : `${reason}${answer}`;
}

export function tellDiff(told: ToldComparison, grammar: DiffGrammar): string {
  const { pages, links } = told.counts;
  const { pagesAdded, pagesGone, pagesChanged, linksAdded, linksGone } = told.kept;
  const page = (sign: Sign) => (each: Of<'page-added' | 'page-gone'>) => grammar.page(sign, each.page);
  const sections = [
    section('Pages added', pages.added, pagesAdded.map(page('+'))),
    section('Pages gone', pages.gone, pagesGone.map(page('-'))),
    section('Pages changed', pages.changed, pagesChanged.map(grammar.changed)),
    linkSection('Links added on pages that are in both', '+', links.addedByEdit, linksAdded),
    linkSection('Links gone from pages that are in both', '-', links.goneByEdit, linksGone),
  ];
  const notes = notesOf(told, grammar.quoted).map(grammar.note);
  return `${[grammar.head(told), grammar.table(told), ...notes, ...sections.flat()].join('\n\n')}\n`;

  function linkSection(title: string, sign: Sign, count: number, { targets, most }: LinksByTarget): string[] {
    const lines = most.map((link) =>
      grammar.link(sign, link, link.pages === 1 ? '' : `${formatNumber(link.pages)} pages, such as `),
    );
    return section(title, count, lines, targets);
  }

  /** @param of how many lines there would be */
  function section(title: string, count: number, lines: readonly string[], of = count): string[] {
    if (count === 0) return [];
    const rest = of > lines.length ? [grammar.more(formatNumber(of - lines.length))] : [];
    return [[grammar.heading(`${title} (${formatNumber(count)})`), ...lines, ...rest].join('\n')];
  }
}
