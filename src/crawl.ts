#!/usr/bin/env node
/**
 * The program. Hands the command line to cli/, runs the command that was meant, and owns what belongs to
 * the process: signals, broken pipes, the exit status.
 */
import { relative } from 'node:path';
import { formatError } from './cli/error-text.js';
import { EXIT, exitStatusOf } from './cli/exit-status.js';
import { parse, type ParsedCommand } from './cli/parse.js';
import { redactCommandLine } from './cli/redact.js';
import type { Invocation } from './commands/invocation.js';

const argv = process.argv.slice(2);
const stopping = new AbortController();
let stopStatus: number = EXIT.interrupted;

process.on('SIGINT', () => stopBy(EXIT.interrupted));
process.on('SIGTERM', () => stopBy(EXIT.terminated));
// Nobody reads any more: stop as if interrupted, without a word.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    stopping.abort();
  });
}

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    return await run(parse(argv));
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
      return (await import('./commands/crawl.js')).crawlCommand(parsed, invocation());
    case 'demo':
      return (await import('./commands/demo.js')).demoCommand(parsed, invocation());
    case 'verify':
      return (await import('./commands/verify.js')).verifyCommand(parsed, invocation());
    default:
      return parsed satisfies never;
  }
}

function invocation(): Invocation {
  const commandLine = redactCommandLine([...program(), ...argv]);
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    commandLine,
    resumeCommand: commandLine.includes('***')
      ? null
      : redactCommandLine([...program(), ...argv.filter(isKept)]),
    program: redactCommandLine(program()),
    stop: stopping.signal,
    stopStatus: () => stopStatus,
  };
}

/** What would undo the work, or do it twice, is left out of the command that goes on. */
function isKept(arg: string, i: number): boolean {
  // Its value, where there is one, is an argument of its own.
  if (argv[i - 1] === '--retry-failed' && !arg.startsWith('-')) return false;
  return arg !== '--fresh' && !arg.startsWith('--retry-failed');
}

/** As it was typed: the installed command, or node with this file. */
function program(): readonly string[] {
  const script = process.argv[1] ?? 'orbweaver';
  return script.endsWith('crawl.js') ? ['node', relative(process.cwd(), script)] : ['orbweaver'];
}

/** The first signal asks for an orderly end; the second leaves at once, which the file survives too. */
function stopBy(status: number): void {
  if (stopping.signal.aborted) process.exit(status);
  stopStatus = status;
  stopping.abort();
}
