// Makes the README's pictures of a terminal, docs/pictures/{live,summary,walk,diff,download}.svg, from the program's real
// output: records a crawl, a walk and a comparison of the demo wiki, and a download, in a terminal (`script` of
// util-linux), plays the recordings onto a small screen, and draws what stood there. Run it after a build, when what they
// show has changed: `node scripts/terminal-picture.mjs`, or with the name of one (`crawl`, `walk`, `diff`, `download`).
// Takes about a minute.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const COLUMNS = 80;
/** Where two addresses stand on a line. */
const WIDE = 136;
const PROGRAM = fileURLToPath(new URL('../dist/crawl.js', import.meta.url));
const PICTURES = fileURLToPath(new URL('../docs/pictures/', import.meta.url));

/** Of util-linux, as the options are. */
const RECORDER = 'script';

/** Ends a frame of the live display: the end of a synchronised update. */
const FRAME_END = '\x1b[?2026l';

const PORT = 8080;
const SUBJECTS = { crawl: drawCrawl, walk: drawWalk, diff: drawDiff, download: drawDownload };

const wanted = process.argv.slice(2);
for (const [name, drawIt] of Object.entries(SUBJECTS))
  if (wanted.length === 0 || wanted.includes(name)) await drawIt();

function drawCrawl() {
  // Large enough for an estimate of the time left, which needs a queue that shrinks for fifteen seconds.
  const command = 'demo --crawl --pages 20000 --latency 50 --workers 4';
  const frames = play(record(command));
  const live = frames.find((lines) => lines.some((line) => textOf(line).includes('time left')));
  const last = frames.at(-1);
  const from = last.findIndex((line) => textOf(line).startsWith('Finished'));
  const to = last.findIndex((line) => textOf(line).includes('of memory at most'));
  if (live === undefined || from === -1 || to === -1) throw new Error('the recording is not as expected');
  save('live.svg', 'The live display of a running crawl', [plainLine(promptOf(command)), ...live]);
  save('summary.svg', 'The summary of a finished crawl', last.slice(from, to + 1));
}

/** The walk of the README, which is the same for everybody. */
async function drawWalk() {
  const [first, second] = [
    `walk --base http://localhost:${PORT} --seed /wiki/Kevin_Bacon \\`,
    '    --seed /wiki/Mystery_film --rng-seed 7 --steps 6 --db demo-walk.db',
  ];
  const walk = () => play(record(`${first.slice(0, -1)}${second}`)).at(-1);
  const screen = await besideDemo(1000, walk);
  const from = screen.findIndex((line) => textOf(line).startsWith('[walker 1]'));
  const to = screen.findIndex((line) => textOf(line).startsWith('Finished'));
  if (from === -1 || to < from) throw new Error('the recording is not as expected');
  const prompt = [promptOf(first), second].map(plainLine);
  save('walk.svg', 'Two walkers on the demo wiki', [...prompt, ...screen.slice(from, to + 1)]);
}

/** Two wikis that differ by a few pages, at the same address. */
async function drawDiff() {
  const folder = mkdtempSync(join(tmpdir(), 'orbweaver-picture-'));
  for (const [pages, file] of Object.entries({ 400: 'monday.db', 402: 'tuesday.db' }))
    await besideDemo(pages, () =>
      record(`--seed http://localhost:${PORT}/wiki/Kevin_Bacon --quiet --db ${file}`, folder),
    );
  const command = 'diff monday.db tuesday.db --ignore body --limit 2';
  const screen = play(record(command, folder, WIDE), WIDE).at(-1);
  rmSync(folder, { recursive: true });
  save('diff.svg', 'Two crawls of the demo wiki compared', [plainLine(promptOf(command)), ...screen], WIDE);
}

/** Files of several megabytes, at a rate at which the bars can be seen. */
async function drawDownload() {
  const [first, second] = [
    `download http://localhost:${PORT}/music/ --ext mp3 \\`,
    '    --max-parallelism 3 --limit-rate 8M',
  ];
  const command = `${first.slice(0, -1)}${second}`;
  const frames = await beside(['-e', `(${String(serveMusic)})(${PORT})`], () => play(record(command)));
  const texts = frames.map((lines) => lines.map(textOf).join('\n'));
  // In the middle of it: some files are there, three are under way, and their time is known.
  const middle = frames.findLast(
    (_, at) => at < frames.length / 2 && (texts[at].match(/\.mp3/g)?.length ?? 0) === 3,
  );
  const last = frames.at(-1);
  const from = last.findIndex((line) => textOf(line).startsWith('finished:'));
  if (middle === undefined || from === -1) throw new Error('the recording is not as expected');
  const prompt = [promptOf(first), second].map(plainLine);
  const shown = [...prompt, ...middle, [], ...last.slice(from, from + 1)];
  save('download.svg', 'A running download, and its end', shown);
}

/** Runs in a process of its own: a folder with files of chance in it. */
function serveMusic(port) {
  const names = Array.from({ length: 12 }, (_, n) => `${String(n + 1).padStart(2, '0')} Prelude.mp3`);
  const links = names.map((name) => `<a href="${encodeURIComponent(name)}">${name}</a>`).join('<br>');
  const { createServer } = require('node:http');
  const server = createServer(({ url }, response) => {
    if (url === '/music/') response.setHeader('content-type', 'text/html').end(links);
    else if (!url.endsWith('.mp3')) response.writeHead(404).end();
    else response.end(Buffer.alloc(4_000_000 + 500_000 * (url.charCodeAt(8) % 7), url));
  });
  server.listen(port, () => process.stdout.write('ready'));
}

/** Does something while a demo wiki of so many pages is served. */
function besideDemo(pages, act) {
  return beside([PROGRAM, 'demo', '--port', String(PORT), '--pages', String(pages)], act);
}

/** Does something while another process serves, from its first words on. */
async function beside(args, act) {
  const server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await once(server.stdout, 'data');
    return act();
  } finally {
    server.kill();
    await once(server, 'exit');
  }
}

function promptOf(command) {
  return `$ node dist/crawl.js ${command}`;
}

function record(program, kept, columns = COLUMNS) {
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'orbweaver-picture-'));
  const command = `stty cols ${columns} rows 40; "${process.execPath}" "${PROGRAM}" ${program}`;
  const { NO_COLOR: _no, FORCE_COLOR: _force, ...env } = process.env;
  const { status, stdout, error } = spawnSync(RECORDER, ['-qec', command, '/dev/null'], {
    cwd: folder,
    env: { ...env, TERM: 'xterm-256color' },
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 28,
  });
  if (kept === undefined) rmSync(folder, { recursive: true });
  if (status !== 0) throw error ?? new Error(`the crawl ended with ${status}`);
  return stdout.toString();
}

/**
 * The screen after each frame and at the end: lines of cells `{ char, style }`. Knows the few controls that
 * the program uses, and throws at any other, so that no picture is wrong in silence.
 */
function play(recording, columns = COLUMNS) {
  const lines = [[]];
  const frames = [];
  let row = 0;
  let column = 0;
  let style = '';
  for (const [token] of recording.matchAll(/\x1b\[[?\d;]*[A-Za-z]|\x1b?[^]/gu)) {
    if (token === FRAME_END) frames.push(snapshot());
    else if (token === '\r' || token === '\x1b[G') column = 0;
    else if (token === '\n') down();
    else if (token === '\x1b[2K') lines[row] = [];
    else if (token === '\x1b[K') lines[row].length = Math.min(lines[row].length, column);
    else if (/^\x1b\[\d+[AB]$/.test(token)) row = moved(row, token);
    else if (token === '\x1b[?2026h') continue;
    else if (/^\x1b\[\d+m$/.test(token)) style = styleAfter(style, Number(token.slice(2, -1)));
    else if (token < ' ') throw new Error(`unknown control ${JSON.stringify(token)}`);
    else put(token);
  }
  return [...frames, snapshot()];

  function put(char) {
    if (column === columns) {
      column = 0;
      down();
    }
    while (lines[row].length < column) lines[row].push({ char: ' ', style: '' });
    lines[row][column++] = { char, style };
  }
  function down() {
    row++;
    lines[row] ??= [];
  }
  function moved(from, token) {
    const by = Number(token.slice(2, -1)) * (token.endsWith('A') ? -1 : 1);
    return Math.min(Math.max(0, from + by), lines.length - 1);
  }
  function snapshot() {
    const shown = lines.map((line) => [...line]);
    while (shown.at(-1)?.length === 0) shown.pop();
    return shown;
  }
}

/** Class names of a style: intensity and colour, either may be missing. */
function styleAfter(style, code) {
  const [intensity = '', colour = ''] = style.split('/');
  const intensities = { 0: '', 1: 'bold', 2: 'dim', 22: '' };
  const colours = { 0: '', 32: 'green', 33: 'yellow', 39: '' };
  if (!(code in intensities) && !(code in colours)) throw new Error(`unknown style ${code}`);
  return `${intensities[code] ?? intensity}/${colours[code] ?? colour}`;
}

function textOf(line) {
  return line.map(({ char }) => char).join('');
}

function plainLine(text) {
  return [...text].map((char) => ({ char, style: '' }));
}

function save(name, title, lines, columns = COLUMNS) {
  writeFileSync(join(PICTURES, name), draw(title, lines, columns));
}

/** Every word stands where its column is, so that the picture is the same whatever font is found. */
function draw(title, lines, columns) {
  const [cell, leading, left, top] = [8.4, 19, 20, 56];
  const width = Math.ceil(columns * cell + 2 * left);
  const height = top + lines.length * leading + 4;
  const texts = lines.flatMap((line, row) => runsOf(line).map((run) => drawRun(run, top + row * leading)));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">
<title id="title">${escape(title)}</title>
<style>
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; fill: #d5dae3 }
.dim { fill: #8b95a7 } .bold { font-weight: 600 } .green { fill: #86c98a } .yellow { fill: #e2c16b }
</style>
<rect width="${width}" height="${height}" rx="10" fill="#1c2029"/>
<circle cx="22" cy="20" r="5.5" fill="#4a5160"/><circle cx="40" cy="20" r="5.5" fill="#4a5160"/><circle cx="58" cy="20" r="5.5" fill="#4a5160"/>
${texts.join('\n')}
</svg>
`;

  function drawRun({ text, column, style }, y) {
    const names = style.split('/').filter(Boolean).join(' ');
    const x = (left + column * cell).toFixed(1);
    const length = ([...text].length * cell).toFixed(1);
    const look = names === '' ? '' : ` class="${names}"`;
    return `<text x="${x}" y="${y}" textLength="${length}" lengthAdjust="spacingAndGlyphs"${look}>${escape(text)}</text>`;
  }
}

/** Stretches of one style with single blanks only, each with the column where it starts. */
function runsOf(line) {
  const runs = [];
  line.forEach(({ char, style }, column) => {
    const run = runs.at(-1);
    const isNext = run?.style === style && run.column + [...run.text].length === column;
    if (char === ' ') {
      if (isNext && line[column + 1]?.style === style && line[column + 1].char !== ' ') run.text += ' ';
    } else if (isNext) run.text += char;
    else runs.push({ text: char, column, style });
  });
  return runs;
}

function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
