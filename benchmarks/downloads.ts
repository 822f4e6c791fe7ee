/**
 * How fast do files get onto the disk? Many small ones and a large one from nginx, by this project and by others, with
 * the same number of connections. Everybody's time includes verifying all files by SHA-256, and `sync`. Ends with 1 if
 * files were wrong, with 2 if it was called wrongly.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { barPlot } from './harness/bar-plot.js';
import { quietNote } from './harness/crawl-figures.js';
import { makeCorpus } from './harness/corpus.js';
import {
  DOWNLOAD_COLUMNS,
  DOWNLOAD_NOTES,
  downloadFigures,
  seconds,
  type DownloadFigures,
} from './harness/download-figures.js';
import { runDownload, type DownloadTrial } from './harness/download-trial.js';
import { installedOf, missingNotes } from './harness/installed.js';
import { describeMachine, type Machine } from './harness/machine.js';
import { startNginx } from './harness/nginx.js';
import { versionSaid, type Peer } from './harness/peer.js';
import { freshFolder, summaryText, writeReport, type Report } from './harness/report.js';
import { runRounds, type Sample } from './harness/rounds.js';
import { runProgram, SettingsError, wholeNumber, type Chosen } from './harness/settings.js';
import { figure } from './harness/table.js';
import { aria2c } from './peers/downloads/aria2c.js';
import { curl } from './peers/downloads/curl.js';
import { orbweaver, orbweaverReread } from './peers/downloads/orbweaver.js';
import { wget2 } from './peers/downloads/wget2.js';

const PEERS: readonly Peer[] = [orbweaver, orbweaverReread, wget2, aria2c, curl];

const SETTINGS = {
  files: { default: '300', quick: '12', help: 'Small files.' },
  filekb: { default: '3000', quick: '100', help: 'Size of each, in 1,000 bytes.' },
  largekb: {
    default: '256000',
    quick: '2000',
    help: 'Size of the one large file, in 1,000 bytes; 0 for none.',
  },
  connections: { default: '8', help: 'Connections at once, the same for all.' },
  peers: { default: 'all', help: 'Programs to compare, by name, or all that are installed.' },
  samples: { default: '5', quick: '1', help: 'Trials of a row that count.' },
  warmup: { default: '1', quick: '0', help: 'Trials of a row before them.' },
  folder: {
    default: tmpdir(),
    isPath: true,
    help: 'Where files are served from and written to; about three times their size.',
  },
  out: { default: '', help: 'Folder for the results, a fresh one under benchmarks/results if not given.' },
};
const USAGE =
  'npm run bench:downloads -- [flags]: time to fetch, verify and sync files, beside wget2, aria2c and curl';

await runProgram(USAGE, SETTINGS, main);

async function main({ values, isQuick, typed }: Chosen<keyof typeof SETTINGS>): Promise<number> {
  const size = {
    files: wholeNumber('files', values.files, 1, 9999),
    fileBytes: wholeNumber('filekb', values.filekb, 1, 1_000_000) * 1000,
    largeBytes: wholeNumber('largekb', values.largekb, 0, 100_000_000) * 1000,
  };
  const connections = wholeNumber('connections', values.connections, 1, 256);
  const samples = wholeNumber('samples', values.samples, 1, 1000);
  const warmUps = wholeNumber('warmup', values.warmup, 0, 100);
  const { peers, missing } = installedOf(PEERS, values.peers);
  if (versionSaid('nginx', '-v') === null)
    throw new SettingsError('nginx is not installed: apt-get install nginx-light');
  const machine = withVersions(describeMachine('bench:downloads', typed), peers);

  const scratch = mkdtempSync(join(values.folder, 'orbweaver-bench-'));
  const removeScratch = (): void => rmSync(scratch, { recursive: true, force: true });
  process.on('exit', removeScratch);
  const root = join(scratch, 'site');
  const corpus = makeCorpus(root, size);
  const server = await startNginx(root, scratch);
  const all = await runRounds<Peer, DownloadTrial>({
    rows: peers,
    warmUps,
    samples,
    trial: (peer) => runDownload(peer, { corpus, server, scratch }, connections),
    onSample: tell,
  });
  await server.close();

  const report = reportOf(peers, all, { machine, size, connections, missing, bytes: corpus.bytes });
  process.stdout.write(`\n${summaryText(report)}`);
  const folder = values.out !== '' ? values.out : isQuick ? undefined : freshFolder(machine);
  if (folder !== undefined) writeReport(report, folder);
  return report.rows.every(({ isEqual }) => isEqual) ? 0 : 1;
}

function withVersions(machine: Machine, peers: readonly Peer[]): Machine {
  const others = peers.filter(({ name }) => !name.startsWith('orbweaver'));
  const versions = others.map(({ name, version }) => `${name} ${version()}`);
  const tools = [`nginx ${versionSaid('nginx', '-v')}`, `sha256sum ${versionSaid('sha256sum')}`];
  return { ...machine, facts: [...machine.facts, ['others', [...versions, ...tools].join(', ')]] };
}

function tell({ row, isWarmUp, result }: Sample<Peer, DownloadTrial>, done: number, total: number): void {
  const parts = `${seconds(result.totalMs)} s = ${[result.wallMs, result.verifyMs, result.syncMs].map(seconds).join(' + ')}`;
  const verdict = `${result.isEqual ? 'equal' : 'NOT EQUAL'}${isWarmUp ? ' (warm-up)' : ''}`;
  process.stderr.write(
    `${done}/${total} ${row.name}: ${parts}, ${verdict}\n${result.complaint === null ? '' : `${result.complaint}\n`}`,
  );
}

interface Setup {
  readonly machine: Machine;
  readonly size: { readonly files: number; readonly fileBytes: number; readonly largeBytes: number };
  readonly connections: number;
  readonly missing: readonly Peer[];
  readonly bytes: number;
}

function reportOf(
  peers: readonly Peer[],
  all: readonly Sample<Peer, DownloadTrial>[],
  setup: Setup,
): Report<DownloadFigures> {
  const { machine, size, connections, missing, bytes } = setup;
  const rows = peers.map((peer) =>
    downloadFigures(
      peer.name,
      all.filter(({ row }) => row === peer),
      bytes,
    ),
  );
  const small = `${figure(size.files)} files of ${figure(size.fileBytes / 1e6, 1)} MB`;
  const large = size.largeBytes === 0 ? '' : ` and one of ${figure(size.largeBytes / 1e6)} MB`;
  return {
    name: 'downloads',
    title: 'Seconds to fetch, verify and sync',
    question: `${small}${large}, of bytes that do not compress, are fetched from nginx on the same machine by a fresh process a trial with ${connections} connections, verified by SHA-256, and synced.`,
    machine,
    columns: DOWNLOAD_COLUMNS,
    rows,
    notes: [quietNote(rows), ...missingNotes(missing), ...DOWNLOAD_NOTES],
    samples: all.map(({ row, round, isWarmUp, result }) => ({
      program: row.name,
      round,
      isWarmUp,
      ...result,
    })),
    plot: { svg: plotOf(rows), alt: 'Seconds to fetch, verify and sync, by program' },
  };
}

function plotOf(rows: readonly DownloadFigures[]): string {
  return barPlot({
    label: 'seconds',
    bars: rows
      .filter(({ isEqual }) => isEqual)
      .map(({ name, totalMs, transferMs, verifyMs, syncMs }) => ({
        name,
        parts: [
          { label: 'program', value: transferMs / 1000 },
          { label: 'verify', value: verifyMs / 1000 },
          { label: 'sync', value: syncMs / 1000 },
        ],
        total: { p10: totalMs.p10 / 1000, median: totalMs.median / 1000, p90: totalMs.p90 / 1000 },
      })),
    description: 'Seconds to fetch, verify and sync, by program',
  });
}
