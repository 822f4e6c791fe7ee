/** The sections of the page that count and measure: pages, hosts, content types. */
import { formatBytes, formatNumber, plural } from '../../observe/quantity.js';
import type { MeasuredPage } from '../extremes.js';
import type { Report } from '../report.js';
import { cellBar } from './charts.js';
import { html, link, type Markup } from './markup.js';
import { table } from './table.js';

/** One section; `count` stands in the list at the top of the page. */
export interface Part {
  readonly id: string;
  readonly title: string;
  readonly count: number | null;
  readonly body: Markup;
}

export function pages({ rows, total }: Report['deadEnds']): Markup {
  return table(
    [['page', 'wide']],
    rows.map(({ url, title }) => [
      html`${link(url)}${title === null ? null : html`<div class="dim">${title}</div>`}`,
    ]),
    total,
  );
}

export function measured(
  id: string,
  title: string,
  rows: readonly MeasuredPage[],
  measure: (page: MeasuredPage) => readonly [text: string, value: number],
): Part {
  const most = Math.max(1, ...rows.map((row) => measure(row)[1]));
  return {
    id,
    title,
    count: null,
    body: table(
      [
        ['page', 'wide'],
        ['', 'bar'],
        ['', 'n'],
      ],
      rows.map((row) => {
        const [text, value] = measure(row);
        return [
          html`${link(row.url)}${row.title === null ? null : html`<div class="dim">${row.title}</div>`}`,
          cellBar(value / most),
          text,
        ];
      }),
      rows.length,
    ),
  };
}

export function hosts({ hosts: { rows, total } }: Report): Part {
  return {
    id: 'hosts',
    title: 'Hosts',
    count: total,
    body: table(
      [
        ['host', 'wide'],
        ['URLs', 'n'],
        ['pages', 'n'],
        ['failed', 'n'],
        ['bytes', 'n'],
        ['ms a page', 'n'],
      ],
      rows.map(({ host, urls, pages: read, failed, bytes, averageMs, givenUp }) => [
        html`${link(host)}${givenUp === null ? null : html`<div class="warn">given up (${givenUp})</div>`}`,
        formatNumber(urls),
        formatNumber(read),
        formatNumber(failed),
        formatBytes(bytes),
        averageMs === null ? '' : formatNumber(Math.round(averageMs)),
      ]),
      total,
    ),
  };
}

export function types({ contentTypes: { rows, total } }: Report): Part {
  const most = rows[0]?.urls ?? 1;
  return {
    id: 'types',
    title: 'Content types',
    count: total,
    body: table(
      [
        ['type', 'code'],
        ['', 'bar'],
        ['URLs', 'n'],
      ],
      rows.map(({ contentType, urls }) => [
        html`${contentType === '' ? '(none)' : contentType}`,
        cellBar(urls / most),
        formatNumber(urls),
      ]),
      total,
    ),
  };
}

export function outside({ outsideHosts: { rows, total, links } }: Report): Part {
  return {
    id: 'outside',
    title: 'Links out of the crawl',
    count: links,
    body: html`<p class="dim">Counted, not checked: ${plural(links, 'link')} to ${plural(total, 'host')}.</p>
      ${table(
        [
          ['host', 'wide'],
          ['links', 'n'],
        ],
        rows.map(({ host, links: count }) => [html`${host}`, formatNumber(count)]),
        total,
      )}`,
  };
}
