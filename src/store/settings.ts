/** The settings a file was started with and must be continued with: names and plain texts. */
import type { Connection } from '../database/connection.js';

/** What the settings of a file say that holds downloads: its layout. */
export const DOWNLOAD_SETTING = 'downloads';

export class SettingsTable {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** What is stored; null in a new file. */
  read(): Readonly<Record<string, string>> | null {
    const rows = this.#connection
      .prepare<[], { name: string; value: string }>('SELECT name, value FROM settings ORDER BY name')
      .all();
    return rows.length === 0 ? null : Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  }

  write(settings: Readonly<Record<string, string>>): void {
    const insert = this.#connection.prepare('INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)');
    this.#connection.transaction(() => {
      for (const [name, value] of Object.entries(settings)) insert.run(name, value);
    })();
  }
}
