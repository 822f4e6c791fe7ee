/** A report as text for a terminal. Whatever came from the web is made printable. */
import { columns } from '../observe/columns.js';
import { printable } from '../observe/printable.js';
import { formatBytes, formatDuration, formatNumber, formatRate, plural } from '../observe/quantity.js';
import type { Duplicates } from './duplicates.js';
import type { RedirectChain } from './redirect-chains.js';
import type { Report } from './report.js';
import type { Depths } from './spread.js';
import type { FailedTarget, Trouble } from './trouble.js';
import {
  formatMeasured,
  heldByWhom,
  isToBeMended,
  moment,
  more,
  reasonOf,
  troubleAtEnd,
  unknownOrphans,
} from './words.js';

/** Pages or URLs that are named below a row. */
const NAMED = 3;
const URL_CHARS = 200;
const TITLE_CHARS = 80;
const BAR_CHARS = 40;
const LEVELS = '▁▂▃▄▅▆▇█';

/** All sections that have something to say. */
export function reportText(report: Report, file: string): string {
  const lines = [
    ...head(report, file),
    ...troubles(report),
    ...measures(report),
    ...doubles(report),
    ...section('pages per second', speed(report.pace)),
  ];
  return `${lines.join('\n')}\n`;
}

/** What somebody should do something about. */
function troubles(report: Report): string[] {
  const { redirectChains: chains, orphans, deadEnds } = report;
  const pageNames = ({ rows, total }: Report['deadEnds']): string[] => [
    ...rows.map(({ url, title }) => `${address(url)}${title === null ? '' : `  ${name(title)}`}`),
    ...more(total, rows.length),
  ];
  return [
    ...section('broken links', troubled(report.broken)),
    ...section('needs a login, or permission', troubled(report.noAccess)),
    ...section('could not be checked (not called broken)', troubled(report.unchecked)),
    ...section(
      'left out on purpose',
      columns(report.skipped.map(({ urls, reason }) => [formatNumber(urls), name(reason)])),
    ),
    ...section(
      `redirects: ${plural(chains.total, 'start')}, ${formatNumber(chains.longerThanOne)} with more than one hop; ${formatNumber(chains.permanent)} permanent with links to mend`,
      [...chains.rows.flatMap(chain), ...more(chains.total, chains.rows.length)],
      chains.total,
    ),
    ...section(
      orphans.isKnown ? `pages nobody links to: ${formatNumber(orphans.total)}` : 'pages nobody links to',
      orphans.isKnown ? pageNames(orphans) : [unknownOrphans(orphans)],
    ),
    ...section(`dead ends: ${formatNumber(deadEnds.total)}`, pageNames(deadEnds)),
  ];
}

/** What was measured and counted. */
function measures(report: Report): string[] {
  const { outsideHosts } = report;
  return [
    ...section(
      'slowest pages',
      columns(report.slowest.map(({ durationMs, url }) => [formatMeasured(durationMs), address(url)])),
    ),
    ...section(
      'largest pages',
      columns(report.largest.map(({ bytes, url }) => [formatBytes(bytes ?? 0), address(url)])),
    ),
    ...section('pages by depth', depthRows(report.depths)),
    ...section(
      'answers',
      columns(report.statuses.map(({ httpStatus, urls }) => [formatNumber(urls), `HTTP ${httpStatus}`])),
    ),
    ...section(
      'content types',
      columns([
        ...report.contentTypes.rows.map(({ contentType, urls }) => [
          formatNumber(urls),
          name(contentType === '' ? '(none)' : contentType),
        ]),
        ...more(report.contentTypes.total, report.contentTypes.rows.length).map((text) => ['', text]),
      ]),
    ),
    ...section(
      'hosts',
      columns([
        ...report.hosts.rows.map(({ host, urls, pages, failed, averageMs, givenUp }) => [
          address(host),
          plural(urls, 'URL'),
          plural(pages, 'page'),
          `${formatNumber(failed)} failed`,
          averageMs === null ? '' : `${formatNumber(Math.round(averageMs))} ms a page`,
          givenUp === null ? '' : `given up (${printable(givenUp)})`,
        ]),
        ...more(report.hosts.total, report.hosts.rows.length).map((text) => [text]),
      ]),
    ),
    ...section(
      `links out of the crawl, not checked: ${formatNumber(outsideHosts.links)} to ${plural(outsideHosts.total, 'host')}`,
      columns([
        ...outsideHosts.rows.map(({ host, links }) => [formatNumber(links), address(host)]),
        ...more(outsideHosts.total, outsideHosts.rows.length).map((text) => ['', text]),
      ]),
    ),
  ];
}

function doubles(report: Report): string[] {
  return [
    ...section('duplicate titles', copies(report.duplicateTitles, name), report.duplicateTitles.total),
    ...section(
      'duplicate bodies',
      copies(report.duplicateBodies, (digest) => `SHA-256 ${printable(digest, 13)}`),
      report.duplicateBodies.total,
    ),
    ...section(`pages without a title: ${formatNumber(report.emptyTitles.total)}`, [
      ...report.emptyTitles.rows.map(({ url }) => address(url)),
      ...more(report.emptyTitles.total, report.emptyTitles.rows.length),
    ]),
  ];
}

function head({ overview, broken }: Report, file: string): string[] {
  const { pages, links, redirects, bytes, firstFetchAt, lastFetchAt, unfinished } = overview;
  const when =
    firstFetchAt === null || lastFetchAt === null
      ? []
      : [`  from ${moment(firstFetchAt)} to ${moment(lastFetchAt)}, ${plural(overview.runs, 'run')}`];
  return [
    `${printable(file)}: ${plural(pages, 'page')}, ${plural(links, 'link')}, ${plural(redirects, 'redirect')}, ${formatBytes(bytes)}`,
    ...when,
    ...(unfinished === 0
      ? []
      : [`  not finished: ${plural(unfinished, 'URL')} still to do, so this is not the last word`]),
    ...(broken.total === 0 && pages > 0 ? ['  no broken links were found'] : []),
  ];
}

function troubled({ rows, total, links, reasons }: Trouble): string[] {
  if (total === 0) return [];
  const counts = reasons.map((reason) => `${formatNumber(reason.urls)} ${printable(reasonOf(reason))}`);
  return [
    `${plural(total, 'address', 'addresses')}, ${plural(links, 'link')} to ${total === 1 ? 'it' : 'them'}: ${counts.join(', ')}`,
    ...rows.flatMap(target),
    ...more(total, rows.length),
  ];
}

function target(row: FailedTarget): string[] {
  const named = row.heldBy.slice(0, NAMED);
  const says = row.code === 'status' || row.detail === null ? '' : `: ${name(row.detail)}`;
  return [
    `${printable(reasonOf(row)).padEnd(8)}  ${address(row.url)}  (${heldByWhom(row)})${says}`,
    ...named.map(
      ({ page, via }) => `          on ${address(page)}${via === null ? '' : `, through ${address(via)}`}`,
    ),
    ...(named.length === 0 ? [] : more(row.pages, named.length).map((text) => `          ${text}`)),
  ];
}

function chain(found: RedirectChain): string[] {
  const { start, hops, end, pages } = found;
  const bad = troubleAtEnd(end);
  const by = hops.map(({ status }) => status ?? '?').join(', ');
  return [
    `${address(start)}  (${plural(pages, 'page')}${isToBeMended(found) ? '; permanent: link to the end' : ''})`,
    ...hops.slice(0, -1).map(({ to }) => `    → ${address(to)}`),
    `    → ${address(end.url)}  (${by}${bad === null ? '' : `; ${printable(bad)}`})`,
  ];
}

function copies({ rows, total, pages }: Duplicates, called: (value: string) => string): string[] {
  return [
    `${plural(total, 'group')}, ${plural(pages, 'page')}`,
    ...rows.flatMap((row) => [
      `${formatNumber(row.pages)} × ${called(row.value)}`,
      ...row.urls.slice(0, NAMED).map((url) => `    ${address(url)}`),
    ]),
    ...more(total, rows.length),
  ];
}

function depthRows({ rows, deeper }: Depths): string[] {
  const all = [
    ...rows.map(({ depth, pages }) => ({ label: String(depth), pages })),
    ...(deeper === 0 ? [] : [{ label: 'more', pages: deeper }]),
  ];
  const most = Math.max(...all.map(({ pages }) => pages));
  return columns(
    all.map(({ label, pages }) => [
      label,
      formatNumber(pages),
      pages === 0 ? '' : '█'.repeat(Math.max(1, Math.round((pages / most) * BAR_CHARS))),
    ]),
  );
}

function speed({ buckets, bucketMs, activeMs }: Report['pace']): string[] {
  const most = Math.max(...buckets.map(({ pagesPerSecond }) => pagesPerSecond));
  if (buckets.length === 0 || most === 0) return [];
  const levels = buckets.map(({ pagesPerSecond }) =>
    LEVELS.charAt(Math.round((pagesPerSecond / most) * (LEVELS.length - 1))),
  );
  return [
    levels.join(''),
    `at most ${formatRate(most)} in ${formatDuration(bucketMs)}; ${formatDuration(activeMs)} in all, time between runs left out`,
  ];
}

/** Lines below a title; nothing when there are none, or none to tell of. */
function section(title: string, lines: readonly string[], count = lines.length): string[] {
  return lines.length === 0 || count === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}

function address(url: string): string {
  return printable(url, URL_CHARS);
}

/** A title or another text of the web, as long as a line has room for. */
function name(text: string): string {
  return printable(text, TITLE_CHARS);
}
