import { describe, expect, test } from 'vitest';
import { SettingsTable } from '../../dist/store/settings.js';
import { openFile } from './file.js';

describe('the settings of a file', () => {
  test('are none in a new file', () => {
    expect(new SettingsTable(openFile()).read()).toBeNull();
  });

  test('are read as they were written, by whoever opens the file', () => {
    const connection = openFile();
    const settings = { seeds: '["http://a.test/"]', scope: 'origin', within: '' };
    new SettingsTable(connection).write(settings);
    expect(new SettingsTable(connection).read()).toEqual(settings);
  });

  test('written again replace those of the same name', () => {
    const table = new SettingsTable(openFile());
    table.write({ scope: 'origin', within: '' });
    table.write({ scope: 'host' });
    expect(table.read()).toEqual({ scope: 'host', within: '' });
  });
});
