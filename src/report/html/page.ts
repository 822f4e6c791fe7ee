/**
 * A report as one HTML file that needs nothing else: no script, no picture, no font, no network. Its content security
 * policy allows the one style it has, so that nothing could be run or loaded even if a text of the web came to be markup.
 */
import { createHash } from 'node:crypto';
import { formatBytes, formatDuration, formatNumber, plural } from '../../observe/quantity.js';
import type { Report } from '../report.js';
import { moment } from '../words.js';
import { barChart, paceChart } from './charts.js';
import { html, link, Markup } from './markup.js';
import type { Part } from './counts.js';
import { parts } from './sections.js';
import { STYLE } from './style.js';

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');
/** Not by a template: any blank that is added makes another digest. */
const STYLE_ELEMENT = new Markup(`<style>${STYLE}</style>`);
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'`;

/** @param file name of the file that was read, to be shown */
export function reportPage(report: Report, file: string): string {
  const found = parts(report);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${new Markup(POLICY)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <meta name="robots" content="noindex" />
        <title>Crawl report: ${report.overview.seeds[0] ?? file}</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        <header>${header(report, file)}</header>
        <nav aria-label="Sections">
          <ul>
            ${found.filter(({ count }) => count !== 0).map(({ id, title, count }) => html`<li><a href="#${id}">${title}${count === null ? '' : ` ${formatNumber(count)}`}</a></li>`)}
          </ul>
        </nav>
        <main>${tiles(report)} ${charts(report)} ${found.map(section)}</main>
        <footer>
          Made by Orbweaver from ${file}. Each list shows ${formatNumber(report.limit)} rows at most.
        </footer>
      </body>
    </html> `;
  return page.toString();
}

function header({ overview }: Report, file: string): Markup {
  const { seeds, firstFetchAt, lastFetchAt, unfinished, runs } = overview;
  const [seed, ...others] = seeds;
  const more = others.length === 0 ? '' : ` and ${plural(others.length, 'other seed')}`;
  return html`<h1>Crawl report</h1>
    <p>${seed === undefined ? html`${file}` : html`${link(seed)}${more}`}</p>
    ${
      firstFetchAt === null || lastFetchAt === null
        ? null
        : html`<p class="dim">${moment(firstFetchAt)} to ${moment(lastFetchAt)}, ${plural(runs, 'run')}</p>`
    }
    ${unfinished === 0 ? null : html`<p class="note">Not finished: ${plural(unfinished, 'URL')} still to do, so this is not the last word.</p>`}`;
}

function tiles({ overview, broken, noAccess, unchecked, pace }: Report): Markup {
  const tile = (value: string, name: string, className = ''): Markup =>
    html`<div class="tile"><b class="${className}">${value}</b>${name}</div>`;
  const counted = (count: number, name: string, className: string): Markup =>
    tile(formatNumber(count), name, count === 0 ? '' : className);
  return html`<div class="tiles">
    ${tile(formatNumber(overview.pages), 'pages')} ${tile(formatNumber(overview.links), 'links')}
    ${tile(formatNumber(broken.total), 'broken addresses', broken.total === 0 ? 'good' : 'bad')}
    ${counted(noAccess.total, 'need permission', 'warn')}
    ${counted(unchecked.total, 'could not be checked', 'warn')}
    ${tile(formatNumber(overview.redirects), 'redirects')} ${tile(formatBytes(overview.bytes), 'of pages')}
    ${tile(formatDuration(pace.activeMs), 'spent crawling')}
  </div>`;
}

function charts({ pace, depths, statuses }: Report): Markup {
  const deeper = depths.deeper === 0 ? [] : [{ label: 'more', value: depths.deeper }];
  const depthBars = [
    ...depths.rows.map(({ depth, pages }) => ({ label: String(depth), value: pages })),
    ...deeper,
  ];
  const answers = statuses.map(({ httpStatus, urls }) => ({
    label: String(httpStatus),
    value: urls,
    isBad: httpStatus >= 400,
  }));
  const figure = (title: string, chart: Markup): Markup =>
    html`<figure class="chart">
      <h3>${title}</h3>
      ${chart}
    </figure>`;
  return html`<div class="charts">
    ${pace.buckets.length === 0 ? null : figure('Pages per second', paceChart(pace))}
    ${depthBars.length === 0 ? null : figure('Pages by depth', barChart(depthBars, 'links from a seed', 'Pages by depth'))}
    ${answers.length === 0 ? null : figure('Answers by status', barChart(answers, 'HTTP status', 'URLs by HTTP status'))}
  </div>`;
}

function section({ id, title, count, body }: Part): Markup {
  if (count === 0)
    return html`<section id="${id}" class="none">
      <h2>${title}: <span class="good">none</span></h2>
    </section> `;
  return html`<section id="${id}">
    <h2>${title}${count === null ? '' : `: ${formatNumber(count)}`}</h2>
    ${body}
  </section> `;
}
