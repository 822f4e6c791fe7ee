/** The sections of the page: what is wrong in them first, with what that means. */
import { formatBytes, formatNumber, plural } from '../../observe/quantity.js';
import type { Duplicates } from '../duplicates.js';
import type { Report } from '../report.js';
import type { FailedTarget, Trouble } from '../trouble.js';
import {
  formatMeasured,
  heldByWhom,
  isToBeMended,
  more,
  reasonOf,
  troubleAtEnd,
  unknownOrphans,
} from '../words.js';
import { hosts, measured, outside, pages, type Part, types } from './counts.js';
import { html, link, Markup } from './markup.js';
import { table } from './table.js';

/** So few pages are shown without being asked for. */
const OPEN_PAGES = 3;

/** All sections, in their order. */
export function parts(report: Report): Part[] {
  return [
    ...troubles(report),
    redirects(report),
    orphans(report),
    deadEnds(report),
    copies('titles', 'Duplicate titles', report.duplicateTitles, (title) => title),
    copies(
      'bodies',
      'Duplicate bodies',
      report.duplicateBodies,
      (digest) => `SHA-256 ${digest.slice(0, 16)}…`,
    ),
    emptyTitles(report),
    measured('slowest', 'Slowest pages', report.slowest, ({ durationMs: ms }) => [formatMeasured(ms), ms]),
    measured('largest', 'Largest pages', report.largest, ({ bytes }) => [
      formatBytes(bytes ?? 0),
      bytes ?? 0,
    ]),
    hosts(report),
    types(report),
    outside(report),
    skipped(report),
  ];
}

function troubles({ broken, noAccess, unchecked }: Report): Part[] {
  return [
    trouble('broken', 'Broken links', broken, 'Whoever follows these links gets nowhere.'),
    trouble(
      'no-access',
      'Needs a login, or permission',
      noAccess,
      'There is something, but not for a crawler without credentials. Not counted as broken.',
    ),
    trouble(
      'unchecked',
      'Could not be checked',
      unchecked,
      'Refusals (429, 503), time-outs, trouble of hosts, networks or our own. Not counted as broken; another try may get them.',
    ),
  ];
}

function trouble(id: string, title: string, { total, links, reasons, rows }: Trouble, meaning: string): Part {
  const counts = reasons.map((reason) => `${formatNumber(reason.urls)} ${reasonOf(reason)}`).join(', ');
  return {
    id,
    title,
    count: total,
    body: html`<p class="dim">${meaning}</p>
      <p>${plural(total, 'address', 'addresses')}, ${plural(links, 'link')}: ${counts}</p>
      ${table(
        [
          ['why', 'code'],
          ['address, and the pages that hold it', 'wide'],
          ['pages', 'n'],
        ],
        rows.map((row) => [html`${reasonOf(row)}`, target(row), formatNumber(row.pages)]),
        total,
      )}`,
  };
}

function target(row: FailedTarget): Markup {
  const { url, detail, heldBy, pages } = row;
  const says = row.code === 'status' || detail === null ? null : html`<div class="dim">${detail}</div>`;
  if (heldBy.length === 0)
    return html`${link(url)}${says}
      <div class="dim">${heldByWhom(row)}</div>`;
  const items = heldBy.map(
    ({ page, via }) =>
      html`<li>
        ${link(page)}${via === null ? null : html` <span class="dim">through</span> ${link(via)}`}
      </li>`,
  );
  const open = new Markup(heldBy.length <= OPEN_PAGES ? ' open' : '');
  return html`${link(url)}${says}<details${open}><summary>${heldByWhom(row)}</summary><ul>${items}${more(
    pages,
    heldBy.length,
  ).map((text) => html`<li class="dim">${text}</li>`)}</ul></details>`;
}

function redirects({ redirectChains: { total, longerThanOne, permanent, rows } }: Report): Part {
  const cells = rows.map((row) => {
    const { start, hops, end, pages } = row;
    const bad = troubleAtEnd(end);
    const steps = hops.map(
      ({ status, to }) => html`<li><span class="dim">${status ?? '?'} →</span> ${link(to)}</li>`,
    );
    const advice = isToBeMended(row) ? html`<div class="dim">permanent: link to the end</div>` : null;
    return [
      html`${link(start)}
        <ol class="hops">
          ${steps}
        </ol>
        ${bad === null ? null : html`<div class="warn">ends at: ${bad}</div>`}${advice}`,
      formatNumber(hops.length),
      formatNumber(pages),
    ];
  });
  return {
    id: 'redirects',
    title: 'Redirects',
    count: total,
    body: html`<p class="dim">
        Counted by where they start, whatever the number of hops. ${formatNumber(longerThanOne)} of more than
        one; ${plural(permanent, 'is', 'are')} permanent and linked to by pages: those links should name the
        end.
      </p>
      ${table(
        [
          ['start, and each hop', 'wide'],
          ['hops', 'n'],
          ['pages', 'n'],
        ],
        cells,
        total,
      )}`,
  };
}

function orphans({ orphans: found }: Report): Part {
  const [id, title] = ['orphans', 'Pages nobody links to'];
  if (!found.isKnown) return { id, title, count: null, body: html`<p>${unknownOrphans(found)}</p>` };
  return {
    id,
    title,
    count: found.total,
    body: html`<p class="dim">Listed in a sitemap, and linked from no other page.</p>
      ${pages(found)}`,
  };
}

function deadEnds({ deadEnds: found }: Report): Part {
  return {
    id: 'dead-ends',
    title: 'Dead ends',
    count: found.total,
    body: html`<p class="dim">Pages without a link to another page of the crawl.</p>
      ${pages(found)}`,
  };
}

function emptyTitles({ emptyTitles: { total, rows } }: Report): Part {
  const untitled = { total, rows: rows.map(({ url }) => ({ url, title: null })) };
  return { id: 'no-title', title: 'Pages without a title', count: total, body: pages(untitled) };
}

function skipped({ skipped: rows }: Report): Part {
  return {
    id: 'skipped',
    title: 'Left out on purpose',
    count: rows.reduce((sum, { urls }) => sum + urls, 0),
    body: table(
      [
        ['URLs', 'n'],
        ['reason', 'code'],
        ['for example', 'wide'],
      ],
      rows.map(({ urls, reason, example }) => [formatNumber(urls), html`${reason}`, link(example)]),
      rows.length,
    ),
  };
}

function copies(id: string, title: string, found: Duplicates, called: (value: string) => string): Part {
  return {
    id,
    title,
    count: found.total,
    body: html`<p class="dim">
        ${plural(found.total, 'group')}, ${plural(found.pages, 'page')}. Pages whose rel=canonical names
        another address are left out.
      </p>
      ${table(
        [
          ['pages', 'n'],
          ['what they share', 'wide'],
        ],
        found.rows.map((row) => [
          formatNumber(row.pages),
          html`${called(row.value)}
            <details>
              <summary>which</summary>
              <ul>
                ${row.urls.map((url) => html`<li>${link(url)}</li>`)}${more(row.pages, row.urls.length).map((text) => html`<li class="dim">${text}</li>`)}
              </ul>
            </details>`,
        ]),
        found.total,
      )}`,
  };
}
