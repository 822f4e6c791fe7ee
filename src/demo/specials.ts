/**
 * The awkward corners that a real wiki has and a plain generator has not: redirects, missing pages,
 * other file types, pages that robots.txt or a robots meta element keeps away. A fixed small set, the same
 * at every size and seed and linked from fixed places, so that every count of a crawl can be explained.
 */

/** An address in scope that is not one of the counted articles. */
export type Special =
  | {
      readonly kind: 'redirect';
      readonly title: string;
      readonly status: 301 | 302;
      /** Title of the target; null = the newest film, which a crawl would otherwise reach late. */
      readonly to: string | null;
      /** Title of the target on a wiki that is asked to have a redirect loop. */
      readonly loopTo?: string;
      readonly fragment?: string;
    }
  | { readonly kind: 'missing'; readonly title: string; readonly status: 404 | 410 }
  | { readonly kind: 'file'; readonly title: string; readonly contentType: string; readonly body: string }
  | {
      /** An HTML page that no correct crawl asks for. */
      readonly kind: 'page';
      readonly title: string;
      /** True if robots.txt forbids it; false if only page-level nofollow links lead there. */
      readonly disallowed: boolean;
    };

/** Addresses beyond the articles; their ids follow the articles' in this order. */
export const SPECIALS: readonly Special[] = [
  { kind: 'redirect', title: 'Kevin Norwood Bacon', status: 301, to: 'Kevin Bacon' },
  { kind: 'redirect', title: 'Bacon, Kevin', status: 302, to: 'Kevin Bacon', fragment: 'Career' },
  { kind: 'redirect', title: 'Кевин Бейкон', status: 301, to: 'Kevin Bacon' },
  // Two hops; the middle one is linked from nowhere.
  { kind: 'redirect', title: 'Python (troupe)', status: 301, to: 'The Pythons' },
  { kind: 'redirect', title: 'The Pythons', status: 302, to: 'Monty Python', fragment: 'History' },
  { kind: 'redirect', title: 'Latest release', status: 302, to: null },
  { kind: 'redirect', title: 'Old draft', status: 301, to: 'Draft of 1984' },
  { kind: 'missing', title: 'Draft of 1984', status: 404 },
  { kind: 'redirect', title: 'Chicken or the egg', status: 301, to: 'Egg or the chicken' },
  {
    kind: 'redirect',
    title: 'Egg or the chicken',
    status: 302,
    to: 'Kevin Bacon',
    loopTo: 'Chicken or the egg',
  },
  { kind: 'redirect', title: 'Which came first?', status: 301, to: 'Chicken or the egg' },
  { kind: 'missing', title: 'Apollo 14 (upcoming film)', status: 404 },
  { kind: 'missing', title: 'Verlorene Szene (Kürzung)', status: 404 },
  { kind: 'missing', title: 'Withdrawn trailer', status: 410 },
  { kind: 'page', title: 'Private Diary', disallowed: true },
  { kind: 'page', title: 'Ghost Light (unreleased)', disallowed: true },
  {
    kind: 'file',
    title: 'Filmography.csv',
    contentType: 'text/csv; charset=UTF-8',
    body: 'year,title\n1984,Footloose\n',
  },
  { kind: 'file', title: 'Interview.pdf', contentType: 'application/pdf', body: '%PDF-1.4\n%%EOF\n' },
  { kind: 'page', title: 'Hidden cameo', disallowed: false },
  { kind: 'page', title: 'Lost reel', disallowed: false },
];

/** An article that exists at every size besides films, actors, years and genres. */
export interface FixedArticle {
  readonly title: string;
  /** How the page says that none of its links may be followed, if it does. */
  readonly nofollow?: 'meta' | 'header';
  /** A bare page: a few links and no fragment, so that it does not link to itself. */
  readonly stub?: true;
  /** Title of the page it calls canonical, when that is not the page itself. */
  readonly canonical?: string;
}

/** The fixed articles, the last of the counted pages, in this order. */
export const FIXED_ARTICLES: readonly FixedArticle[] = [
  { title: 'Six Degrees of Kevin Bacon' },
  // Allowed although `Disallow: /wiki/Private_` is the first rule to match: the longer rule wins.
  { title: 'Private Lives' },
  { title: 'Uncredited roles', nofollow: 'meta' },
  { title: 'Unreleased footage', nofollow: 'header', stub: true, canonical: 'Uncredited roles' },
];

/** Which page links to which oddities, by title. Nothing else links to a special. */
export const ODD_LINKS: Readonly<Record<string, readonly string[]>> = {
  'Kevin Bacon': [
    'Six Degrees of Kevin Bacon',
    'Kevin Norwood Bacon',
    'Apollo 14 (upcoming film)',
    'Filmography.csv',
    'Private Diary',
  ],
  'Monty Python': [
    'Six Degrees of Kevin Bacon',
    'Python (troupe)',
    'Verlorene Szene (Kürzung)',
    'Private Lives',
    'Private Diary',
    'Which came first?',
  ],
  'Six Degrees of Kevin Bacon': [
    'Bacon, Kevin',
    'Кевин Бейкон',
    'Latest release',
    'Old draft',
    'Chicken or the egg',
    'Withdrawn trailer',
    'Ghost Light (unreleased)',
    'Interview.pdf',
    'Private Lives',
    'Uncredited roles',
    'Unreleased footage',
  ],
  'Uncredited roles': ['Hidden cameo'],
  'Unreleased footage': ['Lost reel'],
};

/** The site's robots.txt. Its rules forbid exactly the specials marked `disallowed`, `/w/` and `Special:`. */
export const ROBOTS_TXT = `# robots.txt of the Orbweaver demo wiki
User-agent: GreedyBot
Crawl-delay: 30
Disallow: /

User-agent: *
Disallow: /w/
Disallow: /wiki/Special:
Disallow: /wiki/Special%3A
Disallow: /wiki/Private_
Allow: /wiki/Private_Lives
Disallow: /wiki/*_(unreleased)$
`;
