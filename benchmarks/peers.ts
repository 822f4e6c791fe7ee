/**
 * Who crawls a whole site fastest? This project and others, with as many requests in flight, on the same static site,
 * from the start of the process to its exit; the pages that each has got are compared as sets. Programs that are not
 * installed are left out, and named. Ends with 1 if this project has missed a page, with 2 if it was called wrongly.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CORES_LESS_ONE } from '#src/cli/flags/speed.js';
import { barPlot } from './harness/bar-plot.js';
import { quietNote } from './harness/crawl-figures.js';
import { installedOf, missingNotes } from './harness/installed.js';
import { describeMachine, type Machine } from './harness/machine.js';
import { startNginx } from './harness/nginx.js';
import { versionSaid } from './harness/peer.js';
import { compared, PEER_COLUMNS, PEER_NOTES, peerRow, type PeerRow } from './harness/peer-figures.js';
import { runPeer, type CrawledSite, type PeerTrial } from './harness/peer-trial.js';
import { freshFolder, summaryText, writeReport, type Report } from './harness/report.js';
import { runRounds, type Sample } from './harness/rounds.js';
import { runProgram, SettingsError, wholeNumber, type Chosen } from './harness/settings.js';
import type { SitePeer } from './harness/site-peer.js';
import { pathKey, siteIn, writeDemoSite } from './harness/static-site.js';
import { figure } from './harness/table.js';
import { crawlee } from './peers/sites/crawlee.js';
import { fetchOnly } from './peers/sites/fetch-only.js';
import { orbweaver } from './peers/sites/orbweaver.js';
import { scrapy } from './peers/sites/scrapy.js';
import { spider } from './peers/sites/spider.js';
import { wget, wget2 } from './peers/sites/wget.js';

/** The first is what all are compared with. */
const PEERS: readonly SitePeer[] = [orbweaver, fetchOnly, wget2, spider, scrapy, crawlee, wget];

const SETTINGS = {
  pages: { default: '5000', quick: '200', help: 'Size of the demo wiki, where no other site is named.' },
  folder: {
    default: '',
    isPath: true,
    help: 'A site of your own: a folder of HTML files, served by an nginx of its own …',
  },
  start: { default: '/index.html', help: '… from this page.' },
  site: { default: '', help: 'A site that is served already: the URL to start from …' },
  list: { default: '', isPath: true, help: '… and a file with the paths of all its pages, one a line.' },
  connections: { default: '16', help: 'Requests in flight, for all programs that can have more than one.' },
  workers: {
    default: `${CORES_LESS_ONE.value}`,
    help: 'Threads, for programs that take a number of them.',
  },
  peers: { default: 'all', help: 'Programs to compare, by name, or all that are installed.' },
  samples: { default: '5', quick: '1', help: 'Trials of a row that count.' },
  warmup: { default: '1', quick: '0', help: 'Trials of a row before them.' },
  out: { default: '', help: 'Folder for the results, a fresh one under benchmarks/results if not given.' },
};
const USAGE = 'npm run bench:peers -- [flags]: pages per second of a whole crawl, beside other crawlers';

await runProgram(USAGE, SETTINGS, main);

async function main({ values, isQuick, typed }: Chosen<keyof typeof SETTINGS>): Promise<number> {
  const pages = wholeNumber('pages', values.pages, 200, 1_000_000);
  const connections = wholeNumber('connections', values.connections, 1, 1000);
  const workers = wholeNumber('workers', values.workers, 1, 256);
  const samples = wholeNumber('samples', values.samples, 1, 1000);
  const warmUps = wholeNumber('warmup', values.warmup, 0, 100);
  checkSite(values);
  const { peers, missing } = installedOf(PEERS, values.peers);
  const machine = withVersions(describeMachine('bench:peers', typed), peers, values.site === '');

  const scratch = mkdtempSync(join(tmpdir(), 'orbweaver-bench-'));
  process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
  const site = await openSite(values, pages, scratch);
  const all = await runRounds<SitePeer, PeerTrial>({
    rows: peers,
    warmUps,
    samples,
    trial: (peer) => runPeer(peer, { site, scratch, connections, workers }),
    onSample: tell,
  });
  await site.server?.close();

  const report = reportOf(peers, all, { machine, site, connections, workers, missing });
  process.stdout.write(`\n${summaryText(report)}`);
  const folder = values.out !== '' ? values.out : isQuick ? undefined : freshFolder(machine);
  if (folder !== undefined) writeReport(report, folder);
  return report.rows.every(({ peer, isEqual }) => isEqual || peer !== orbweaver) ? 0 : 1;
}

type Values = Chosen<keyof typeof SETTINGS>['values'];

/** @throws SettingsError unless there is one site, and it can be read */
function checkSite({ folder, start, site, list }: Values): void {
  if (folder !== '' && site !== '') throw new SettingsError('--folder and --site are two sites: give one');
  if (folder === '' && start !== SETTINGS.start.default)
    throw new SettingsError('--start is a page of --folder: give that, too');
  if ((site === '') !== (list === '')) throw new SettingsError('--site and --list go together');
  if (site !== '' && !URL.canParse(site)) throw new SettingsError(`--site takes a URL, not "${site}"`);
  if (folder !== '' && !existsSync(join(folder, pathKey(start))))
    throw new SettingsError(`--start: there is no file "${start}" in that folder`);
  if (site === '' && versionSaid('nginx', '-v') === null)
    throw new SettingsError('nginx is not installed: apt-get install nginx-light, or give a --site');
}

async function openSite(
  { folder, start, site, list }: Values,
  pages: number,
  scratch: string,
): Promise<CrawledSite> {
  if (site !== '') {
    const { origin, pathname } = new URL(site);
    const paths = readFileSync(list, 'utf8').split('\n').filter(Boolean);
    return {
      origin,
      start: pathname,
      pages: new Map(paths.map((path) => [pathKey(path), path])),
      server: null,
    };
  }
  const files = folder === '' ? writeDemoSite(pages, join(scratch, 'site')) : siteIn(resolve(folder), start);
  const server = await startNginx(files.folder, scratch, 'site');
  return { origin: server.origin, start: files.start, pages: files.pages, server };
}

function withVersions(machine: Machine, peers: readonly SitePeer[], isOurs: boolean): Machine {
  const others = peers.filter((peer) => peer !== orbweaver && peer.isLimit !== true);
  const versions = others.map(({ name, version }) => `${name} ${version()}`);
  const server = isOurs ? [`nginx ${versionSaid('nginx', '-v')}`] : [];
  return { ...machine, facts: [...machine.facts, ['others', [...versions, ...server].join(', ')]] };
}

function tell({ row, isWarmUp, result }: Sample<SitePeer, PeerTrial>, done: number, total: number): void {
  const { wallMs, got, expected, isEqual, complaint } = result;
  const words = `${figure(got)} of ${figure(expected)} pages in ${figure(wallMs / 1000, 2)} s, ${isEqual ? 'equal' : 'NOT EQUAL'}`;
  process.stderr.write(`${done}/${total} ${row.name}: ${words}${isWarmUp ? ' (warm-up)' : ''}\n`);
  if (complaint !== null) process.stderr.write(`${complaint}\n`);
}

interface Setup {
  readonly machine: Machine;
  readonly site: CrawledSite;
  readonly connections: number;
  readonly workers: number;
  readonly missing: readonly SitePeer[];
}

function reportOf(
  peers: readonly SitePeer[],
  all: readonly Sample<SitePeer, PeerTrial>[],
  { machine, site, connections, workers, missing }: Setup,
): Report<PeerRow> {
  const rows = compared(
    peers.map((peer) => {
      const own = all.filter(({ row }) => row === peer);
      const samples = own.filter(({ isWarmUp }) => !isWarmUp);
      return peerRow(
        peer,
        own.map(({ result }) => result),
        samples.map(({ result }) => result),
      );
    }),
  );
  const alt = 'Pages per second of a whole crawl, by program';
  return {
    name: 'peers',
    title: 'A whole site, by this crawler and others',
    question: `A static site of ${figure(site.pages.size)} pages, served by nginx on the same machine, is crawled by a fresh process a trial with ${connections} requests in flight (threads, where a program takes a number of them: ${workers}), robots.txt not read, from its start page to the last page that links lead to.`,
    machine,
    columns: PEER_COLUMNS,
    rows,
    notes: [
      ...PEER_NOTES,
      ...peers.map(({ name, note }) => `${name}: ${note}.`),
      ...missingNotes(missing),
      quietNote(rows),
    ],
    samples: all.map(({ row, round, isWarmUp, result }) => ({
      program: row.name,
      round,
      isWarmUp,
      ...result,
    })),
    plot: {
      svg: barPlot({
        label: 'pages per second',
        decimals: 0,
        isLongestFirst: true,
        bars: rows
          .filter(({ isEqual }) => isEqual)
          .map(({ peer, pagesPerSecond }) => ({
            name: peer.isLimit === true ? `(${peer.name})` : peer.name,
            parts: [{ label: '', value: pagesPerSecond.median }],
            total: pagesPerSecond,
          })),
        description: alt,
      }),
      alt,
    },
  };
}
