/** Keys that stand alone in a list of tasks: they are tasks that the file holds, or mistakes. */
import { UsageError } from '../errors.js';
import type { TaskEntry } from '../tasks/entry.js';

export function hasLoneKeys(entries: readonly TaskEntry[]): boolean {
  return entries.some(({ params }) => params === null);
}

/** @throws UsageError for a key that stands alone: in a file that is new no key is known */
export function refuseKeysAlone(entries: readonly TaskEntry[]): void {
  const alone = entries.find(({ params }) => params === null);
  if (alone !== undefined) throw unknownKey(alone);
}

export function unknownKey({ key, where }: TaskEntry): UsageError {
  return new UsageError(`${where}: ${JSON.stringify(key)} is not known from an earlier run`, {
    hint: 'a key alone stands for a task that the file holds; give its url to add it',
  });
}
