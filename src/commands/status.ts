/** `status`: how far a crawl or a run has come. */
import { EXIT } from '../cli/exit-status.js';
import type { StatusCommand } from '../cli/status-command.js';
import { printableJson } from '../observe/printable.js';
import { exportCommand } from './export.js';
import type { Invocation } from './invocation.js';
import { statusSummary } from './read-status.js';
import { statusText } from './status-text.js';

/** Answers 0, whatever the figures are. The rows of --csv are an export of executions. */
export async function statusCommand({ file, form }: StatusCommand, invocation: Invocation): Promise<number> {
  if (form === 'csv') {
    const rows = { format: 'csv', table: 'executions', out: null } as const;
    return exportCommand({ command: 'export', file, ...rows }, invocation);
  }
  const summary = statusSummary(file);
  const text =
    form === 'json' ? `${printableJson(JSON.stringify({ file, ...summary }))}\n` : statusText(summary, file);
  invocation.stdout.write(text);
  return EXIT.finished;
}
