/** How a thread waits, in the middle of a task, for the main thread's leave to make one more request. */
import { MessageChannel, type Transferable } from 'node:worker_threads';
import type { Grant } from '#src/protocol/ask.js';
import type { WorkerMessage } from '#src/protocol/outcome.js';

/** What is to be asked for, and by whom. */
export interface LeaveRequest {
  readonly flightId: number;
  readonly askId: string;
  readonly url: string;
  /** Where it should come from; two letters, null = anywhere. */
  readonly country: string | null;
  /** See `Ask`. */
  readonly isBeside: boolean;
}

/**
 * The main thread's word; null where the wait was given up, which is told to it.
 * @param signal    gives the wait up
 * @param maxWaitMs so does this time
 */
export function askLeave(
  post: (message: WorkerMessage, transfer?: readonly Transferable[]) => void,
  { flightId, askId, url, country, isBeside }: LeaveRequest,
  signal: AbortSignal,
  maxWaitMs?: number,
): Promise<Grant | null> {
  const { port1: own, port2: port } = new MessageChannel();
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const end = (grant: Grant | null): void => {
      own.close();
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      if (grant === null) post({ kind: 'asked', askId, answer: null });
      resolve(grant);
    };
    const giveUp = (): void => end(null);
    if (signal.aborted) return giveUp();
    signal.addEventListener('abort', giveUp);
    if (maxWaitMs !== undefined) timer = setTimeout(giveUp, maxWaitMs);
    own.once('message', (grant: Grant) => end(grant));
    post({ kind: 'ask', flightId, askId, url, country, isBeside, port }, [port]);
  });
}
