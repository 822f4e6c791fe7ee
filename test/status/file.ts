/** A file as a run leaves it: two hosts, URLs in every state, three tasks and what two executors made of them. */
import type { Connection } from '../../dist/database/connection.js';
import { openFile } from '../store/file.js';

/** 2026-01-02T03:04:05.678Z */
export const RAN_AT = 1_767_323_045_678;

/** `connection` goes on writing beside those who read `path`. */
export interface RunFile {
  readonly connection: Connection;
  readonly path: string;
}

export function runFile(): RunFile {
  const connection = openFile();
  connection.exec(`
    INSERT INTO hosts (id, host, given_up) VALUES (1, 'https://a.example', NULL), (2, 'https://b.example', 'dns');
    INSERT INTO urls (id, request_key, host_id, state, error, depth, hops, seed_hops, kind, url) VALUES
      (1, 'https://a.example/', 1, 'done', NULL, 0, 0, 0, 'page', NULL),
      (2, 'https://a.example/gone', 1, 'failed', 'status', 1, 0, 1, 'page', NULL),
      (3, 'https://a.example/broken', 1, 'failed', 'status', 1, 0, 1, 'page', NULL),
      (4, 'https://a.example/lost', 1, 'failed', 'status', 1, 0, 1, 'page', NULL),
      (5, 'https://a.example/late', 1, 'failed', 'timeout', 1, 0, 1, 'page', NULL),
      (6, 'https://b.example/', 2, 'failed', 'dns', 1, 0, 1, 'page', NULL),
      (7, 'https://a.example/private', 1, 'skipped', 'robots', 1, 0, 1, 'page', NULL),
      (8, 'https://a.example/next', 1, 'queued', NULL, 1, 0, 1, 'page', NULL),
      (9, 'https://a.example/now', 1, 'leased', NULL, 1, 0, 1, 'page', NULL),
      (10, 'task:=cmd', 1, 'done', NULL, 0, 0, 0, 'task', 'https://a.example/list'),
      (11, 'task:third', 1, 'queued', NULL, 0, 0, 0, 'task', 'https://a.example/third'),
      (12, 'sitemap:https://a.example/sitemap.xml', 1, 'failed', 'status', 0, 0, 0, 'sitemap',
       'https://a.example/sitemap.xml'),
      (13, 'rerun:1', 1, 'queued', NULL, -1, 0, 0, 'rerun', 'https://a.example/');
    INSERT INTO records (id, http_status, title, fetched_at, duration_ms) VALUES
      (1, 200, '=1+1', ${RAN_AT}, 12), (2, 404, NULL, ${RAN_AT}, 5), (3, 500, NULL, ${RAN_AT}, 5),
      (4, 404, NULL, ${RAN_AT}, 5), (10, 200, 'a' || char(27) || '[31m"b",' || char(10) || 'c', ${RAN_AT}, 7);
    INSERT INTO links VALUES (1, 2, 0), (1, 3, 1), (10, 1, 2);
    INSERT INTO cookies (domain, host_only, path, name, value, secure, http_only, created_at, set_at)
      VALUES ('a.example', 1, '/', 'session', 'cookie-secret', 0, 0, 0, 0);
    INSERT INTO tasks VALUES
      (1, 'https://a.example/', 1, '{}'),
      (2, '=cmd', 10, '{"url":"https://a.example/list","note":"ä"}'),
      (3, 'third', 11, '{"url":"https://a.example/third"}');
    INSERT INTO executions VALUES
      (1, 'title', 'success', '{"text":"A","n":[1,null]}', NULL, ${RAN_AT}, 3, 1, 'c0de'),
      (1, 'price', 'failed', NULL, 'ValueError: no price: 0', ${RAN_AT}, 4, 2, 'c0de'),
      (2, 'title', 'failed', NULL, 'timeout', ${RAN_AT + 1}, 5, 1, 'c0de'),
      (2, 'price', 'skipped', NULL, NULL, NULL, NULL, 0, NULL);`);
  return { connection, path: connection.name };
}
