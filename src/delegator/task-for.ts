/** From a lease to the message that a thread gets: what kind of work it is, and what user code is to do with it. */
import { InvariantError } from '../errors.js';
import type { Lease } from '../frontier/frontier.js';
import type { FetchTask, Task } from '../protocol/task.js';
import type { UserWork } from './user-work.js';

/** What all kinds have in common. */
type Base = Omit<FetchTask, 'kind' | 'key' | 'work'>;

/** @param userWork null = the run has no executors */
export function taskFor(lease: Lease, userWork: UserWork | null, base: Base): Task {
  const { kind, key } = lease;
  switch (kind) {
    case 'sitemap':
      return { ...base, kind, key };
    case 'page':
      return userWork === null
        ? { ...base, kind: 'fetch', key }
        : { ...base, kind: 'fetch', key, work: userWork.workFor(lease) };
    case 'task':
    case 'rerun':
      if (userWork === null) throw new InvariantError(`${kind} ${lease.id} without executors`);
      return workOn(lease, userWork, base);
    default:
      return kind satisfies never;
  }
}

function workOn(lease: Lease, userWork: UserWork, base: Omit<Base, 'keepOutside'>): Task {
  const work = userWork.workFor(lease);
  if (!lease.isStored) return { ...base, kind: 'request', ...userWork.requestFor(lease, work), work };
  const answer = userWork.storedFor(lease);
  if (answer === undefined) throw new InvariantError(`the body of ${lease.pageId} is not stored`);
  const { status, headers, body } = answer;
  return { ...base, kind: 'execute', status, stored: { headers, body }, work };
}
