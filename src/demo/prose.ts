/**
 * Plausible English with no facts in it. Paragraphs and footnotes are put together once, when the module
 * loads, and then chosen by hash: a page costs a few concatenations of long strings, not a walk over
 * words. All of it is ASCII, so it is on the wire as it stands here; none of it holds a link in scope.
 */
import { mix } from './permutation.js';

/** What lies between two links in running text: words before, words after. */
export type Bridge = readonly [before: string, after: string];

const SENTENCES: readonly string[] = [
  'Critics were divided at first, and the box office of the opening weekend gave little hint of what was to come.',
  'The production moved between three studios before the cameras finally rolled in the second week of March.',
  'Much of the dialogue was improvised during a fortnight of rehearsals in a disused warehouse by the river.',
  'A restored print was shown out of competition, with a new score recorded by a chamber orchestra of nineteen players.',
  'The costume department reused several pieces from an earlier period drama, which has amused attentive viewers ever since.',
  'In a later interview the director called the first cut &quot;four hours of weather and regret&quot; and blamed the catering.',
  'Its reputation grew slowly through late-night television, and by the end of the decade it was taught at film schools.',
  'The casting process took almost a year, not least because two of the leads were under contract elsewhere.',
  'Location shooting was interrupted twice: once by a flood, and once by a strike of the lighting crew.',
  'Reviewers praised the restraint of the performances while finding the third act overlong and the ending abrupt.',
  'The screenplay went through eleven drafts, of which the seventh is held in a university library.',
  'A planned sequel was announced, postponed and finally abandoned when the rights changed hands.',
  'Contemporary newspapers report that the premiere was attended by fewer people than the wrap party.',
  'The score, written in nine days, was nominated for several awards and won one of the smaller ones.',
  'An extended version appeared on home video with commentary by the editor and a booklet of production stills.',
  'Distribution abroad was handled by a small company that specialised in subtitled comedies and boxing documentaries.',
  'The famous staircase scene was shot in a single take after the mechanical rain had failed for the fourth time.',
  'Film historians have since pointed out the debt that its opening sequence owes to the silent era.',
  'Several scenes thought lost were found in 2003 in a can labelled with the name of a different picture.',
  'Audiences in test screenings preferred the darker of the two endings, but the studio released the other one.',
  'The budget was modest even by the standards of the time, and half of it was spent on horses.',
  'After a long absence from the screen came a run of supporting parts that many consider the best work of all.',
  'Early training in regional theatre left a lasting mark: the voice carries, and the hands are never idle.',
  'Off screen there was a lively interest in sailing, small presses and the preservation of nitrate film.',
];

const BRIDGES: readonly Bridge[] = [
  ['The connection to ', ' has been remarked upon more than once,'],
  ['It is often mentioned together with ', ', which was made on the same back lot,'],
  ['An anecdote told by ', ' places the beginning of the project in a railway dining car,'],
  ['Those who worked on ', ' remember the period with affection,'],
  ['The debt to ', ' is plain in the lighting as well as in the pace,'],
  ['A retrospective paired it with ', ' and drew full houses for a week,'],
  ['Letters exchanged with ', ' were published posthumously'],
  ['Without ', ' none of this would have been financed,'],
];

const PUBLISHERS = [
  'The Evening Reel',
  'Picture Quarterly',
  'Stage and Lens',
  'The Projectionist',
  'Northern Film Review',
];

/** 64 runs of three sentences, about 330 bytes each. */
const PASSAGES: readonly string[] = many(64, (i) => {
  const start = mix(i, 71) % SENTENCES.length;
  const step = [1, 5, 7, 11, 13, 17, 19, 23][mix(i, 72) % 8]!;
  return many(3, (j) => SENTENCES[(start + j * step) % SENTENCES.length]!).join(' ');
});

/** 64 footnotes as MediaWiki's citation templates write them, about 700 bytes each. */
const FOOTNOTES: readonly string[] = many(64, (i) => {
  const publisher = PUBLISHERS[mix(i, 73) % PUBLISHERS.length]!;
  const headline = SENTENCES[mix(i, 74) % SENTENCES.length]!.split(' ')
    .slice(0, 7)
    .join(' ')
    .replace(/[,.:]$/, '');
  const year = 1950 + (mix(i, 75) % 74);
  const address = `https://archive.example/${year}/${mix(i, 76).toString(36)}?section=film&amp;page=${1 + (i % 40)}`;
  const data = `ctx_ver=Z39.88-2004&amp;rft.genre=article&amp;rft.jtitle=${publisher.replaceAll(' ', '+')}&amp;rft.date=${year}`;
  return (
    `<cite class="citation news cs1"><a rel="nofollow" class="external text" href="${address}">&quot;${headline}&quot;</a>. ` +
    `<i>${publisher}</i>. ${year}. <a href="/wiki/ISSN_(identifier)%3A" class="mw-redirect" title="ISSN">ISSN</a>&#160;` +
    `<a rel="nofollow" class="external text" href="//www.worldcat.example/issn/${1000 + i}-${2000 + i}">${1000 + i}-${2000 + i}</a>` +
    `<span class="reference-accessdate">. Retrieved <span class="nowrap">${1 + (i % 28)} March</span> 2024</span>.</cite>` +
    `<span title="${data}" class="Z3988"></span></span>\n</li>\n`
  );
});

const HIGHEST_NOTE = 16;

const NOTE_MARKS: readonly string[] = many(HIGHEST_NOTE + 1, (n) => {
  const bracket = (which: string): string => `<span class="cite-bracket">&#${which};</span>`;
  return `<sup id="cite_ref-${n}" class="reference"><a href="#cite_note-${n}">${bracket('91')}${n}${bracket('93')}</a></sup>`;
});

const NOTE_OPENINGS: readonly string[] = many(
  HIGHEST_NOTE + 1,
  (n) =>
    `<li id="cite_note-${n}"><span class="mw-cite-backlink"><b><a href="#cite_ref-${n}" aria-label="Jump up" title="Jump up">^</a></b></span> <span class="reference-text">`,
);

/** A run of sentences, chosen by any number. */
export function passage(choice: number): string {
  return PASSAGES[choice & 63]!;
}

/** Words to lead into a link and out of it again, chosen by any number. */
export function bridge(choice: number): Bridge {
  return BRIDGES[choice & 7]!;
}

/** The mark of footnote `n`, 1 … 16, with its fragment link. */
export function noteMark(n: number): string {
  return NOTE_MARKS[n]!;
}

/** The list of footnotes 1 … `count` (at most 16), their texts chosen by `choice`. */
export function noteList(count: number, choice: number): string {
  let list = '';
  for (let n = 1; n <= count; n++) list += NOTE_OPENINGS[n]! + FOOTNOTES[(choice + n * 5) & 63]!;
  return list;
}

function many<T>(count: number, make: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i));
}
