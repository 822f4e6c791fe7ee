/** What every program that is compared by its downloads says of itself. */
import { spawnSync } from 'node:child_process';
import type { Command } from './watched.js';

/** What is to be fetched, and where to. */
export interface Job {
  /** In the order of the index. */
  readonly urls: readonly string[];
  /** The index that lists them. */
  readonly index: string;
  /** Where the files go; empty. */
  readonly into: string;
  /** For lists, settings, databases. */
  readonly scratch: string;
  /** The most that are open at once. */
  readonly connections: number;
}

export interface Peer {
  readonly name: string;
  /** As installed; null if it is not. */
  readonly version: () => string | null;
  /** How to get it, for a message. */
  readonly install: string;
  /** Writes what it needs into `scratch` and answers how to call it. */
  readonly command: (job: Job) => Command;
  /** Hex SHA-256 by file name that it keeps of its files; absent where it keeps none, and they have to be read again. */
  readonly recorded?: (job: Job) => ReadonlyMap<string, string>;
}

/** The first number with dots that a program says of itself; null if there is no such program. */
export function versionSaid(program: string, flag = '--version'): string | null {
  const { error, stdout, stderr } = spawnSync(program, [flag], { encoding: 'utf8' });
  return error === undefined ? (/\d+(?:\.\d+)+/.exec(stdout + stderr)?.[0] ?? 'unknown') : null;
}
