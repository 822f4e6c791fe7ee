/**
 * The content of an article: what stands inside `#bodyContent`. It places every link of the page's plan
 * (graph.ts) at least once and no other link in scope, so the truth can be told from the plan alone. All
 * strings are on the wire (words.ts).
 */
import { anchor, gallery, type Page } from './anchors.js';
import type { LinkPlan } from './graph.js';
import { mix } from './permutation.js';
import { bridge, noteList, noteMark, passage } from './prose.js';
import { framed, type Frame } from './skeleton.js';
import { ADDRESS, MARKUP } from './words.js';

/** A whole article page. */
export function articlePage(page: Page): string {
  const plan = page.graph.plan(page.id);
  const choice = mix(page.id, 77);
  const content =
    `<div id="contentSub"></div>\n<a class="mw-jump-link" href="#mw-head">Jump to navigation</a>\n<a class="mw-jump-link" href="#searchInput">Jump to search</a>\n` +
    `<div id="mw-content-text" class="mw-body-content mw-content-ltr" lang="en" dir="ltr"><div class="mw-parser-output">` +
    HATNOTE +
    infobox(page, plan) +
    lead(page, plan, choice) +
    CONTENTS +
    sections(page, plan, choice) +
    mainTable(page, plan, choice) +
    seeAlso(page, plan) +
    remarks(page, plan) +
    references(plan, choice) +
    externalLinks(page, choice) +
    navigationBox(page, plan) +
    `</div>\n</div>\n${categories(page)}`;
  return framed(frameOf(page), content);
}

/**
 * A bare page of few links, none of them a fragment: for stubs, errors and pages outside the articles.
 *
 * @param page    its id lends the page its text; it need not be the page's own
 * @param title   plain
 * @param subject plain title of the page that the tabs around it belong to. For pages outside the articles
 *                it is not their own, or `Talk:X` would link to `Talk:Talk:X` and so on without end.
 */
export function stubPage(page: Page, title: string, subject: string, targets: readonly number[]): string {
  const markup = MARKUP.spell(title);
  const items = targets.map((target) => `<li>${anchor(page, target, 1)}</li>\n`).join('');
  const frame: Frame = {
    origin: page.origin,
    address: ADDRESS.spell(subject),
    markup,
    heading: markup,
    canonical: `${page.origin}/wiki/${canonicalAddress(page) ?? ADDRESS.spell(title)}`,
    robots: ORDINARY_ROBOTS,
  };
  return framed(frame, `<div id="mw-content-text"><p>${passage(page.id)}</p>\n<ul>\n${items}</ul>\n</div>\n`);
}

const ORDINARY_ROBOTS = 'max-image-preview:standard';

const HATNOTE = `<div class="shortdescription nomobile noexcerpt noprint searchaux" style="display:none">Article of a demo wiki</div>
<div role="note" class="hatnote navigation-not-searchable">For other uses, see <a href="/wiki/Special:Search/disambiguation" title="Special:Search">search</a> and <a href="/wiki/Help%3ADisambiguation" title="Help:Disambiguation">disambiguation</a>.</div>
`;

const CONTENTS = `<div id="toc" class="toc" role="navigation" aria-labelledby="mw-toc-heading"><input type="checkbox" role="button" id="toctogglecheckbox" class="toctogglecheckbox" style="display:none"/><div class="toctitle" lang="en" dir="ltr"><h2 id="mw-toc-heading">Contents</h2><span class="toctogglespan"><label class="toctogglelabel" for="toctogglecheckbox"></label></span></div>
<ul>
<li class="toclevel-1 tocsection-1"><a href="#History"><span class="tocnumber">1</span> <span class="toctext">History</span></a></li>
<li class="toclevel-1 tocsection-2"><a href="#Career"><span class="tocnumber">2</span> <span class="toctext">Career</span></a></li>
<li class="toclevel-1 tocsection-3"><a href="#Reception"><span class="tocnumber">3</span> <span class="toctext">Reception</span></a></li>
<li class="toclevel-1 tocsection-4"><a href="#Credits"><span class="tocnumber">4</span> <span class="toctext">Credits</span></a></li>
<li class="toclevel-1 tocsection-5"><a href="#See_also"><span class="tocnumber">5</span> <span class="toctext">See also</span></a></li>
<li class="toclevel-1 tocsection-6"><a href="#References"><span class="tocnumber">6</span> <span class="toctext">References</span></a></li>
<li class="toclevel-1 tocsection-7"><a href="#External_links"><span class="tocnumber">7</span> <span class="toctext">External links</span></a></li>
</ul>
</div>
`;

/** Footnotes of the running text; those of the table, one in ten rows, come after them. */
const TEXT_NOTES = 4;

const ROLES: readonly string[] = [
  'Himself',
  'Narrator',
  'The Stranger',
  'Second Lieutenant',
  'Dr. Amory',
  'Young man at bar',
  'Mrs. Pell',
  'The Captain',
  'Detective Rowe',
  'Sister Agatha',
  'The Ambassador',
  'Voice',
  'Taxi driver',
  'Professor Lund',
  'Uncredited',
  'Twin (dual role)',
];

function frameOf(page: Page): Frame {
  const { graph, id, origin } = page;
  const address = graph.title(id, ADDRESS);
  const markup = graph.title(id, MARKUP);
  return {
    origin,
    address,
    markup,
    heading:
      graph.layout.kind(id) === 'film'
        ? `<i>${markup}</i>`
        : `<span class="mw-page-title-main">${markup}</span>`,
    canonical: `${origin}/wiki/${canonicalAddress(page) ?? address}`,
    robots: graph.fixedArticle(id)?.nofollow === 'meta' ? 'noindex,nofollow' : ORDINARY_ROBOTS,
  };
}

function canonicalAddress({ graph, id }: Page): string | undefined {
  const other = graph.fixedArticle(id)?.canonical;
  return other === undefined ? undefined : ADDRESS.spell(other);
}

function heading(text: string, section: number, page: Page): string {
  const id = text.replace(' ', '_');
  const address = page.graph.title(page.id, ADDRESS);
  return `<h2><span class="mw-headline" id="${id}">${text}</span><span class="mw-editsection"><span class="mw-editsection-bracket">[</span><a href="/w/index.php?title=${address}&amp;action=edit&amp;section=${section}" title="Edit section: ${text}">edit</a><span class="mw-editsection-bracket">]</span></span></h2>\n`;
}

function infobox(page: Page, plan: LinkPlan): string {
  const name = page.graph.title(page.id, MARKUP);
  const image = `Still_${mix(page.id, 3) % 1000}.jpg`;
  const stars = plan.main.slice(0, 3).map((id) => `<li>${anchor(page, id, 2)}</li>\n`);
  const rows = plan.context.map(
    (id) =>
      `<tr><th scope="row" class="infobox-label" style="white-space:nowrap;padding-right:0.65em;">Listed in</th><td class="infobox-data">${anchor(page, id, 3)}</td></tr>\n`,
  );
  return (
    `<table class="infobox vevent"><tbody><tr><th colspan="2" class="infobox-above summary" style="font-size:125%;">${name}</th></tr>\n` +
    `<tr><td colspan="2" class="infobox-image"><span class="mw-default-size" typeof="mw:File/Frameless"><a href="/wiki/File:${image}" class="mw-file-description"><img src="//upload.wikimedia.example/demo/thumb/${image}/220px-${image}" decoding="async" width="220" height="326" class="mw-file-element" srcset="//upload.wikimedia.example/demo/${image} 1.5x"/></a></span><div class="infobox-caption">A photograph, perhaps</div></td></tr>\n` +
    `${rows.join('')}<tr><th scope="row" class="infobox-label">Known for</th><td class="infobox-data"><div class="plainlist"><ul>${stars.join('')}</ul></div></td></tr>\n</tbody></table>\n`
  );
}

function lead(page: Page, plan: LinkPlan, choice: number): string {
  const name = page.graph.title(page.id, MARKUP);
  const known = plan.main.slice(0, 4).map((id) => anchor(page, id, 4));
  return `<p><b>${name}</b> (<small>English: </small><span class="rt-commentedText nowrap"><span class="IPA nopopups noexcerpt" lang="en-fonipa"><a href="/wiki/Help:IPA/English" title="Help:IPA/English">/&#712;de&#618;mo&#650;/</a></span></span>) is best known for ${known.join(', ')}.${noteMark(1)} ${passage(choice)} ${passage(choice >>> 6)}\n</p>\n`;
}

function sections(page: Page, plan: LinkPlan, choice: number): string {
  const part = (text: string, s: number): string =>
    heading(text, s + 1, page) +
    paragraph(page, plan, choice, s * 2) +
    paragraph(page, plan, choice, s * 2 + 1);
  return ['History', 'Career', 'Reception'].map(part).join('');
}

/** Two passages around a sentence with two links that the page holds elsewhere too. */
function paragraph(page: Page, plan: LinkPlan, choice: number, n: number): string {
  const one = plan.main[(n * 3 + 5) % plan.main.length]!;
  const two = plan.main[(n * 3 + 6) % plan.main.length]!;
  const [before, after] = bridge(choice >>> n);
  return `<p>${passage(choice + n * 9)} ${before}${anchor(page, one, 5)}${after} and so does ${anchor(page, two, 6)}.${n % 2 === 0 ? noteMark(2 + (n >> 1)) : ''} ${passage((choice >>> 8) + n * 7)}${n === 2 ? redLink(choice) : ''}\n</p>\n`;
}

function redLink(choice: number): string {
  const title = `Unwritten_article_${choice % 5000}`;
  return ` See also <a href="/w/index.php?title=${title}&amp;action=edit&amp;redlink=1" class="new" title="${title} (page does not exist)">an article not yet written</a>.`;
}

function mainTable(page: Page, plan: LinkPlan, choice: number): string {
  const { layout } = page.graph;
  let rows = '';
  for (const [i, id] of plan.main.entries()) {
    const place = id < layout.firstFilm ? id : id - layout.firstFilm;
    const role = ROLES[(choice + i * 7) & 15]!;
    const note = i % 10 === 0 ? noteMark(TEXT_NOTES + 1 + i / 10) : '';
    rows += `<tr>\n<td>${layout.earliest + layout.yearAt(place)}\n</td>\n<th scope="row">${anchor(page, id, 0)}\n</th>\n<td>${role}\n</td>\n<td>Take ${1 + (((choice >>> 4) + i) % 14)}${note}\n</td></tr>\n`;
  }
  return `${heading('Credits', 4, page)}<table class="wikitable sortable plainrowheaders">\n<caption>Credits in order of the archive</caption>\n<tbody><tr>\n<th scope="col">Year\n</th>\n<th scope="col">Title\n</th>\n<th scope="col">Role\n</th>\n<th scope="col" class="unsortable">Notes\n</th></tr>\n${rows}</tbody></table>\n`;
}

function seeAlso(page: Page, plan: LinkPlan): string {
  const rel = plan.similarNofollow ? ' rel="nofollow"' : '';
  const items = plan.similar.map((id) => `<li>${anchor(page, id, 7, rel)}</li>\n`).join('');
  return `${heading('See also', 5, page)}<ul><li><a href="/wiki/Portal:Film" title="Portal:Film">Film portal</a></li>\n${items}</ul>\n`;
}

function remarks(page: Page, plan: LinkPlan): string {
  if (plan.odd.length === 0) return '';
  const items = plan.odd.map((id) => {
    const attributes = page.graph.redirectTarget(id) === undefined ? '' : ' class="mw-redirect"';
    return `<li>${anchor(page, id, 8, attributes)}</li>\n`;
  });
  const isGame = page.id === page.graph.layout.firstFixed;
  return `<h3><span class="mw-headline" id="Remarks">Remarks</span></h3>\n<ul>${items.join('')}</ul>\n${isGame ? gallery(page.origin) : ''}`;
}

function references(plan: LinkPlan, choice: number): string {
  const count = TEXT_NOTES + Math.ceil(plan.main.length / 10);
  return `<h2><span class="mw-headline" id="References">References</span></h2>\n<div class="mw-references-wrap mw-references-columns"><ol class="references">\n${noteList(count, choice)}</ol></div>\n`;
}

function externalLinks(page: Page, choice: number): string {
  const address = page.graph.title(page.id, ADDRESS);
  return (
    `${heading('External links', 7, page)}<ul><li><a rel="nofollow" class="external text" href="https://www.imdb.com/title/tt${1_000_000 + (choice % 9_000_000)}/">At the movie database</a></li>\n` +
    `<li><a href="//commons.wikimedia.org/wiki/Category:${address}" class="extiw">Media at the commons</a></li>\n<li><a href="//fr.wikipedia.org/wiki/${address}" class="extiw">In French</a></li>\n` +
    `<li><a href="https://www.wikidata.org/wiki/Q${choice % 100_000}#identifiers" title="Edit this at Wikidata">Identifiers</a> &amp; <a href="/w/api.php?action=query&amp;titles=${address}">data</a></li></ul>\n`
  );
}

function navigationBox(page: Page, plan: LinkPlan): string {
  if (plan.group.length === 0) return '';
  const items = plan.group.map((id) => `<li>${anchor(page, id, 9)}</li>\n`).join('');
  return `<div class="navbox-styles"></div><div role="navigation" class="navbox" aria-label="Navbox"><table class="nowraplinks mw-collapsible autocollapse navbox-inner"><tbody><tr><th scope="col" class="navbox-title" colspan="2"><div class="navbar plainlinks hlist navbar-mini"><ul><li class="nv-view"><a href="/wiki/Template%3ADemo_navbox" title="Template:Demo navbox"><abbr title="View this template">v</abbr></a></li><li class="nv-talk"><a href="/wiki/Template_talk%3aDemo_navbox" title="Template talk:Demo navbox"><abbr title="Discuss this template">t</abbr></a></li></ul></div><div style="font-size:114%;margin:0 4em">In the same series</div></th></tr><tr><td colspan="2" class="navbox-list navbox-odd hlist"><div style="padding:0 0.25em"><ul><li><a class="mw-selflink selflink">${page.graph.title(page.id, MARKUP)}</a></li>\n${items}</ul></div></td></tr></tbody></table></div>\n`;
}

function categories(page: Page): string {
  const year = 1900 + (page.id % 125);
  return `<div id="catlinks" class="catlinks" data-mw="interface"><div id="mw-normal-catlinks" class="mw-normal-catlinks"><a href="/wiki/Help:Category" title="Help:Category">Categories</a>: <ul><li><a href="/wiki/Category:${year}_births" title="Category:${year} births">${year} births</a></li><li><a href="/wiki/Category:Articles_of_the_demo_wiki">Articles of the demo wiki</a></li><li><a href="/wiki/Category%3AWords_without_meaning">Words without meaning</a></li></ul></div></div>\n`;
}
