/** From a lease to the message that a thread gets: what kind of work it is, and what user code is to do with it. */
import { InvariantError } from '../errors.js';
import type { Lease } from '../frontier/frontier.js';
import type { Former, Known, Listing } from '../protocol/download.js';
import type { FetchTask, Task } from '../protocol/task.js';
import type { Work } from '../protocol/work.js';
import type { ExecutionLedger } from './execution-ledger.js';

/** What all kinds have in common. */
type Base = Omit<FetchTask, 'kind' | 'key' | 'work'>;

/** What is known of files, where a run downloads some. */
export interface FileParts {
  readonly listing: Listing | null;
  readonly part: string;
  readonly known: Known | null;
  readonly former: Former | null;
}

/**
 * @param work     null = the run has no executors; then `executions` is null, too
 * @param executions what tasks of user code are made of
 * @param files    null = the run downloads no files
 */
export function taskFor(
  lease: Lease,
  work: Work | null,
  executions: ExecutionLedger | null,
  files: FileParts | null,
  base: Base,
): Task {
  const { kind, key } = lease;
  switch (kind) {
    case 'sitemap':
      return { ...base, kind, key };
    case 'file':
      if (files === null) throw new InvariantError(`file ${lease.id} in a run that downloads none`);
      return { ...base, kind, key, part: files.part, known: files.known, former: files.former };
    case 'page':
      if (files?.listing != null) return { ...base, kind: 'fetch', key, listing: files.listing };
      return work === null ? { ...base, kind: 'fetch', key } : { ...base, kind: 'fetch', key, work };
    case 'task':
    case 'rerun':
      if (work === null || executions === null)
        throw new InvariantError(`${kind} ${lease.id} without executors`);
      return workOn(lease, work, executions, base);
    default:
      return kind satisfies never;
  }
}

function workOn(
  lease: Lease,
  work: Work,
  executions: ExecutionLedger,
  base: Omit<Base, 'keepOutside'>,
): Task {
  if (!lease.isStored) return { ...base, kind: 'request', ...executions.requestFor(lease, work), work };
  const stored = executions.storedFor(lease);
  if (stored === undefined) throw new InvariantError(`the body of ${lease.pageId} is not stored`);
  return { ...base, kind: 'execute', stored, work };
}
