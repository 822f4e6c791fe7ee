import Database from 'better-sqlite3';
import { beforeEach, expect, test } from 'vitest';
import { Transactions } from '../../dist/frontier/transactions.js';

let connection: Database.Database;
let undone: number;
let transactions: Transactions;

beforeEach(() => {
  connection = new Database(':memory:');
  connection.exec('CREATE TABLE kept (n INTEGER)');
  undone = 0;
  transactions = new Transactions(connection, [{ undo: () => (undone += 1) }]);
});

function add(n: number): void {
  transactions.run(() => connection.prepare('INSERT INTO kept VALUES (?)').run(n));
}

function kept(): unknown[] {
  return connection.prepare('SELECT n FROM kept').pluck().all();
}

test('what SQLite has ended by itself is stored by no commit, and nobody is told', () => {
  const told: number[] = [];
  transactions.hold();
  add(1);
  transactions.whenStored(() => told.push(1));
  // As it does when the disk is full.
  connection.exec('ROLLBACK');
  expect(() => transactions.commit()).toThrow('no transaction is active');
  expect({ told, undone, kept: kept() }).toEqual({ told: [], undone: 1, kept: [] });
  add(2);
  expect(kept()).toEqual([2]);
});

test('one inside another one, or inside that of somebody else, is refused and leaves nothing', () => {
  expect(() => transactions.run(() => add(1))).toThrow('inside another one');
  expect(() => connection.transaction(() => add(2))()).toThrow('inside another one');
  expect(kept()).toEqual([]);
});
