#!/usr/bin/env node
/**
 * The program. Hands the command line to cli/, runs the command that was meant, and owns what belongs to
 * the process: signals, streams that cannot be written, the exit status.
 */
import { relative } from 'node:path';
import { readConfigText } from './cli/config-file.js';
import { formatError } from './cli/error-text.js';
import { EXIT, exitStatusOf, type ExitStatus } from './cli/exit-status.js';
import { parse, type ParsedCommand } from './cli/parse.js';
import { redactCommandLine } from './cli/redact.js';
import { commandToGoOn } from './cli/resume-command.js';
import type { Invocation } from './commands/invocation.js';
import { StoreError } from './errors.js';

const argv = process.argv.slice(2);
const stopping = new AbortController();
let stopStatus: ExitStatus = EXIT.interrupted;
let isStuck = false;

const SIGNALS = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated, SIGHUP: EXIT.hangup } as const;

// Nobody reads any more (EPIPE): stop as if interrupted, without a word.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  stopping.abort();
  if (error.code === 'EPIPE') return;
  process.stderr.write(formatError(new StoreError(`cannot write to standard output: ${error.message}`)));
  // When all is over, because the command knows nothing of it.
  process.once('exit', () => (process.exitCode = EXIT.store));
});
process.stderr.on('error', (error: NodeJS.ErrnoException) => {
  // What is shown can be lost (a full disk, a terminal that was closed); the crawl is worth more.
  if (error.code === 'EPIPE') stopping.abort();
});

process.exitCode = await main();
if (isStuck) endHard(process.exitCode);

async function main(): Promise<number> {
  try {
    return await run(parse(argv, readConfigText));
  } catch (error) {
    process.stderr.write(formatError(error));
    return exitStatusOf(error);
  }
}

/** Commands are loaded when they are run, so that help and refusals come at once. */
async function run(parsed: ParsedCommand): Promise<number> {
  switch (parsed.command) {
    case 'help':
    case 'version':
      process.stdout.write(parsed.text);
      return EXIT.finished;
    case 'crawl':
      stopBySignals(parsed.view.quiet);
      return (await import('./commands/crawl.js')).crawlCommand(parsed, invocation());
    case 'run':
      stopBySignals(parsed.view.quiet);
      return (await import('./commands/run.js')).runCommand(parsed, invocation());
    case 'download':
      stopBySignals(parsed.view.quiet);
      return (await import('./commands/download.js')).downloadCommand(parsed, invocation());
    case 'walk':
      stopBySignals(parsed.view.quiet);
      return (await import('./commands/walk.js')).walkCommand(parsed, invocation());
    case 'demo':
      stopBySignals(parsed.crawl?.view.quiet ?? false);
      return (await import('./commands/demo.js')).demoCommand(parsed, invocation());
    case 'verify':
      // Signals end it where it stands: it has nothing to put in order.
      return (await import('./commands/verify.js')).verifyCommand(parsed, invocation());
    case 'explain':
      return (await import('./commands/explain.js')).explainCommand(parsed, invocation());
    case 'status':
      return (await import('./commands/status.js')).statusCommand(parsed, invocation());
    case 'export':
      // What goes to standard output ends where it stands; a file that is being written has to be taken away.
      if (parsed.format === 'json-files' || parsed.out !== null) stopBySignals(false);
      return (await import('./commands/export.js')).exportCommand(parsed, invocation());
    case 'path':
      // The search ends where it stands; a picture that is being written has to be taken away.
      if (parsed.svg !== null) stopBySignals(false);
      return (await import('./commands/path.js')).pathCommand(parsed, invocation());
    case 'diff':
      return (await import('./commands/diff.js')).diffCommand(parsed, invocation());
    case 'report':
      if (parsed.html !== null) stopBySignals(false);
      return (await import('./commands/report.js')).reportCommand(parsed, invocation());
    case 'proxies':
      return (await import('./commands/proxies.js')).proxiesCommand(parsed, invocation());
    default:
      return parsed satisfies never;
  }
}

function invocation(): Invocation {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    commandLine: redactCommandLine([...program(), ...argv]),
    resumeCommand: (limit) => commandToGoOn(program(), argv, limit),
    program: redactCommandLine(program()),
    stop: stopping.signal,
    onStuck: () => (isStuck = true),
    stopStatus: () => stopStatus,
  };
}

/** As it was typed: the installed command, or node with this file. */
function program(): readonly string[] {
  const script = process.argv[1] ?? 'orbweaver';
  return script.endsWith('crawl.js') ? ['node', relative(process.cwd(), script)] : ['orbweaver'];
}

/** For commands that stop in an orderly way: the first signal asks for it, the second leaves at once. */
function stopBySignals(isQuiet: boolean): void {
  for (const [signal, status] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      if (stopping.signal.aborted) leave(status, isQuiet);
      stopStatus = status;
      stopping.abort();
    });
  }
}

/** The file survives this too. */
function leave(status: ExitStatus, isQuiet: boolean): void {
  // A line of its own: terminals show the ^C that was typed.
  if (!isQuiet) process.stderr.write('\nleft at once; nothing is lost\n');
  endHard(status);
}

/**
 * Ends the process by a signal, so that nothing can hold it: `process.exit` waits for every thread, and a thread may be in a
 * call of user code that does not return. Shells show the signals of `SIGNALS` as their statuses; any other status is
 * lost to that of SIGKILL, 137.
 */
function endHard(status: number): void {
  const [signal = 'SIGKILL'] = Object.entries(SIGNALS).find(([, of]) => of === status) ?? [];
  // Without a listener a signal does what it does by itself.
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
