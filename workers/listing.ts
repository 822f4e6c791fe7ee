/** A page read for the files it lists. It has no links but those to nested listings. */
import type { Listing } from '#src/protocol/download.js';
import type { PageOutcome } from '#src/protocol/outcome.js';
import type { Chooser } from './chooser.js';
import type { PageText } from './decode.js';

type Content = Pick<
  PageOutcome,
  'title' | 'canonicalUrl' | 'links' | 'outside' | 'outsideHosts' | 'filtered' | 'withinFound'
> &
  Required<Pick<PageOutcome, 'listed'>>;

const NONE = ['', '', ''] as const;

/** @param url the address that answered */
export function listedOn(
  chooser: Chooser,
  text: PageText,
  url: string,
  { starts, isLast }: Listing,
): Content {
  const choices = chooser.choose(text, { url, starts });
  const of = (...uses: string[]): string =>
    choices.flatMap((choice) => (uses.includes(choice.use) ? choice.url : [])).join('\n');
  return {
    title: null,
    canonicalUrl: null,
    links: [isLast ? of('listing') : of('listing', 'either'), '', ''],
    outside: NONE,
    outsideHosts: '',
    filtered: 0,
    withinFound: true,
    listed: { files: of('file'), either: of('either') },
  };
}
