/** Ids of rows, for what keeps an array by id. */
import { StoreError } from '../errors.js';
import type { Connection } from './connection.js';

/** Far more rows than a file ever has: ids are given one after the other. */
const HIGHEST_ID = 2 ** 30;

/**
 * The highest id in a table; 0 where it is empty.
 *
 * @throws StoreError for one that only damage, or another program, can have written: memory is taken by it
 */
export function lastIdOf(connection: Connection, table: string): number {
  const id = connection.prepare<[], number | null>(`SELECT max(id) FROM ${table}`).pluck().get() ?? 0;
  if (!(id <= HIGHEST_ID))
    throw new StoreError(`${connection.name} is damaged: ${table} has a row with the id ${id}`);
  return id;
}
