/** What a command gets of the process it runs in: streams, environment, and the wish to stop. */
import type { Readable } from 'node:stream';
import type { ProgressStream } from '../observe/progress.js';

export interface Invocation {
  readonly stdin: Readable & { readonly isTTY?: boolean | undefined };
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: ProgressStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The command line with secrets redacted, for the table of runs. */
  readonly commandLine: string;
  /**
   * The command that goes on where this one stops, without the flag of a limit that was reached; null
   * when it cannot be shown.
   */
  readonly resumeCommand: (limit: string | null) => string | null;
  /** How this program is called, as a shell reads it. */
  readonly program: string;
  /** Raised by the first signal. */
  readonly stop: AbortSignal;
  /** To be called where a thread outlives the run: the process has to be ended from without. */
  onStuck(): void;
  /** The exit status for having been stopped. */
  stopStatus(): number;
}
