/** Files of older versions of the schema, made as the programs of their time made them. */
import BetterSqlite3 from 'better-sqlite3';
import type { Connection } from '../../dist/database/connection.js';
import { APPLICATION_ID } from '../../dist/database/file.js';
import { MIGRATIONS } from '../../dist/migrations.js';

/** Makes a file of a version, fills it and closes it. */
export function makeOlder(file: string, version: number, fill: (connection: Connection) => void): void {
  const connection = new BetterSqlite3(file);
  connection.pragma('synchronous = OFF');
  connection.pragma(`application_id = ${APPLICATION_ID}`);
  connection.transaction(() => {
    for (const step of MIGRATIONS.slice(0, version)) connection.exec(step);
    connection.pragma(`user_version = ${version}`);
    fill(connection);
  })();
  connection.close();
}
