/** `verify --json`, without a process of its own: suites that look at files at rest do it many times. */
import { Writable } from 'node:stream';
import { verifyCommand } from '../../dist/commands/verify.js';
import type { Invocation } from '../../dist/commands/invocation.js';

/** What `verify --json` prints, and the exit status. */
export interface Verified {
  readonly status: number;
  readonly state: 'whole' | 'unfinished' | 'faulty';
  readonly digest: string;
  readonly pages: number;
  readonly links: number;
  readonly faults: readonly unknown[];
  readonly open: readonly unknown[];
}

/** @throws StoreError as the command does */
export function verify(file: string): Verified {
  let printed = '';
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      printed += String(chunk);
      done();
    },
  });
  // Of what a command gets of its process, this one uses nothing else.
  const status = verifyCommand({ command: 'verify', file, folder: null, json: true }, {
    stdout,
  } as unknown as Invocation);
  return { ...(JSON.parse(printed) as Omit<Verified, 'status'>), status };
}
