/** In which of its formats a task list is written: by the name of its file, or by what is in it. */
import { extname } from 'node:path';

export const TASK_FORMATS = ['json', 'jsonl', 'csv'] as const;
export type TaskFormat = (typeof TASK_FORMATS)[number];

const BY_EXTENSION: Readonly<Record<string, TaskFormat>> = {
  '.json': 'json',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.csv': 'csv',
};

/** Null when the name does not say. */
export function formatOfName(file: string): TaskFormat | null {
  return BY_EXTENSION[extname(file).toLowerCase()] ?? null;
}

/**
 * A list in brackets is JSON; so is an object, unless its first line is a whole entry with a `key`, or a whole
 * object with more behind it. Lines of strings are JSONL, all else is CSV. Never throws.
 */
export function formatOf(content: Buffer): TaskFormat {
  const start = content.findIndex((byte) => byte > 0x20);
  const [first, isLast] = firstLine(content, Math.max(start, 0));
  if (first.startsWith('[')) return 'json';
  const value = parsed(first);
  if (first.startsWith('{')) return value !== undefined && (!isLast || saysItsKey(value)) ? 'jsonl' : 'json';
  return typeof value === 'string' ? 'jsonl' : 'csv';
}

function firstLine(content: Buffer, start: number): [line: string, isLast: boolean] {
  const found = content.indexOf('\n', start);
  const end = found === -1 ? content.length : found;
  return [content.toString('utf8', start, end), content.toString('utf8', end, end + 4096).trim() === ''];
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // Then it is no line of JSONL.
  }
}

function saysItsKey(value: unknown): boolean {
  return typeof (value as { key?: unknown }).key === 'string';
}
