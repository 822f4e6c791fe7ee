/** The demo wiki as a pure function: same question, same answer, at every size. */
import { describe, expect, it } from 'vitest';
import { DemoWiki } from '../../dist/demo/wiki.js';

const ORIGIN = 'http://127.0.0.1:8080';
const html = (wiki: DemoWiki, path: string): string => wiki.respond(path, ORIGIN).body.toString('utf8');

describe('answers', () => {
  const wiki = new DemoWiki({ pages: 1_000, seed: 3 });

  it('the same path gets the same bytes, from another instance too', () => {
    const twin = new DemoWiki({ pages: 1_000, seed: 3 });
    for (let id = 0; id < wiki.urls; id += 13) {
      const path = wiki.urlOf(id, '');
      const { status, headers, body } = wiki.respond(path, ORIGIN);
      for (const other of [wiki, twin]) {
        const again = other.respond(path, ORIGIN);
        expect(again).toMatchObject({ status, headers });
        expect(again.body.equals(body)).toBe(true);
      }
    }
  });

  it('another seed or size is another wiki', () => {
    expect(html(new DemoWiki({ pages: 1_000, seed: 4 }), '/wiki/Kevin_Bacon')).not.toBe(
      html(wiki, '/wiki/Kevin_Bacon'),
    );
    expect(html(new DemoWiki({ pages: 1_100, seed: 3 }), '/wiki/Kevin_Bacon')).not.toBe(
      html(wiki, '/wiki/Kevin_Bacon'),
    );
  });

  it('spellings of one key get the same page', () => {
    const amelie = html(wiki, '/wiki/Am%C3%A9lie');
    expect(amelie).toContain('<i>Amélie</i></h1>');
    for (const path of ['/wiki/Am%c3%a9lie', '/wiki/Amélie', '/wiki/%41m%C3%A9lie', '/wiki/Am%C3%A9lie?x#y'])
      expect(html(wiki, path)).toBe(amelie);
  });

  it('every article answers with HTML under its own address, and says its title once', () => {
    for (let id = 0; id < wiki.pages; id++) {
      const { status, headers, body } = wiki.respond(wiki.urlOf(id, ''), ORIGIN);
      expect(status).toBe(200);
      expect(headers['content-type']).toBe('text/html; charset=UTF-8');
      expect(body.toString().match(/<h1 /g)).toHaveLength(1);
    }
  });

  it('a page weighs what a page of a large wiki weighs', () => {
    const sizes = Array.from(
      { length: 100 },
      (_, i) => wiki.respond(wiki.urlOf(i * 9, ''), ORIGIN).body.length,
    );
    const mean = sizes.reduce((a, b) => a + b) / sizes.length;
    expect(mean).toBeGreaterThan(30_000);
    expect(mean).toBeLessThan(50_000);
  });

  it('pages outside the articles lead back into them and not on to ever longer titles', () => {
    for (const path of ['/wiki/Talk:Kevin_Bacon', '/wiki/Special:WhatLinksHere/Kevin_Bacon', '/wiki/Nobody'])
      expect(html(wiki, path)).not.toMatch(/<a href="\/wiki\/[^"]*:[^"]*(Kevin_Bacon|Nobody)/);
  });

  it.each([
    ['/', 301],
    ['/robots.txt', 200],
    ['/wiki/Main_Page', 200],
    ['/wiki/Talk:Kevin_Bacon', 200],
    ['/w/load.php?lang=en', 200],
    ['/wiki/Kevin_Norwood_Bacon', 301],
    ['/wiki/Kevin_bacon', 404],
    ['/wiki/Kevin%20Bacon', 404],
    ['/wiki/', 404],
    ['/wiki/%E0%A4%A', 400],
    ['/elsewhere', 404],
    ['', 404],
  ])('%s answers %d', (path, status) => {
    expect(wiki.respond(path, ORIGIN).status).toBe(status);
  });
});

describe('sizes', () => {
  it.each([199, 10_000_001, 300.5, Number.NaN])('%d pages are refused', (pages) => {
    expect(() => new DemoWiki({ pages })).toThrow(/pages must be a whole number from 200 to 10000000/);
  });

  it.each([200, 1_000, 100_000, 1_000_000, 10_000_000])(
    '%d pages: every id has its own title, and Kevin Bacon is there',
    (pages) => {
      const wiki = new DemoWiki({ pages });
      const step = Math.max(1, Math.floor(pages / 3_000));
      for (let id = 0; id < wiki.urls; id += step) expect(wiki.idOf(wiki.titleOf(id))).toBe(id);
      expect(wiki.idOf('Kevin Bacon')).toBe(0);
      expect(wiki.idOf('Monty Python')).toBe(1);
      for (const path of [
        '/wiki/Kevin_Bacon',
        '/wiki/Monty_Python',
        wiki.urlOf(pages - 20, ''),
        wiki.urlOf(pages >> 1, ''),
      ])
        expect(wiki.respond(path, ORIGIN).status).toBe(200);
      expect(() => wiki.titleOf(wiki.urls)).toThrow(/no id/);
    },
  );

  it('a thousand wikis of a million pages are built in a moment', () => {
    const start = process.cpuUsage();
    const wikis = Array.from({ length: 1_000 }, (_, seed) => new DemoWiki({ pages: 1_000_000, seed }));
    expect(wikis).toHaveLength(1_000);
    // Of the processor's time, µs: the machine may be busy with something else.
    expect(process.cpuUsage(start).user).toBeLessThan(2_000_000);
  });
});

describe('links', () => {
  it('actors and films are linked in both directions', () => {
    const wiki = new DemoWiki({ pages: 5_000 });
    const isFilm = (id: number): boolean => wiki.kindOf(id) === 'film';
    for (let actor = 0; actor < 400; actor += 7) {
      const films = wiki.neighbours(actor).filter(isFilm);
      expect(films.length).toBeGreaterThan(1);
      for (const film of films) expect(wiki.neighbours(film)).toContain(actor);
    }
  });

  it('from 1,000 pages on, every article is a few links from Kevin Bacon, and there are degrees to count', () => {
    for (const pages of [1_000, 100_000]) {
      const { depths, edges, pages: reached } = new DemoWiki({ pages }).counts();
      expect(reached).toBe(pages);
      expect(depths.length).toBeGreaterThanOrEqual(5);
      expect(depths.length).toBeLessThanOrEqual(10);
      expect(depths[1]).toBeLessThan(100);
      expect(edges / pages).toBeGreaterThan(30);
      expect(edges / pages).toBeLessThan(80);
    }
  });

  it('neighbours are the links without the page itself', () => {
    const wiki = new DemoWiki({ pages: 200 });
    const targets = wiki.links(0).map(({ target }) => target);
    expect(new Set(targets).size).toBe(targets.length);
    expect(new Set([0, ...wiki.neighbours(0)])).toEqual(new Set(targets));
    expect(wiki.neighbours(0)).not.toContain(0);
    expect(wiki.redirectTarget(wiki.idOf('Kevin Norwood Bacon')!)).toBe(0);
    expect(wiki.redirectTarget(0)).toBeUndefined();
  });
});
