import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parseRobots } from '../../dist/policy/robots.js';
import { ROBOTS_TOKEN } from '../../dist/protocol/robots.js';
import { normalisePercent } from '../../dist/url/percent.js';

/** Few letters, so that patterns and paths meet. */
const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '*', '$'), maxLength: 12 });
const path = fc
  .string({ unit: fc.constantFrom('a', 'b', '/', '$'), maxLength: 16 })
  .map((rest) => `/${rest}`);
const rule = fc.tuple(fc.constantFrom('Allow', 'Disallow'), pattern);

/** Any text, and texts that look like the real thing. */
const file = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc
    .array(
      fc.tuple(
        fc.constantFrom(
          'User-agent: *',
          'user-agent:Orbweaver',
          'Allow:',
          'Disallow: ',
          'disallow /',
          'Crawl-delay: ',
          'Sitemap:',
          '#',
          '',
        ),
        fc.string({ unit: 'binary', maxLength: 12 }),
        fc.constantFrom('\n', '\r', '\r\n'),
      ),
    )
    .map((parts) => parts.flat().join('')),
);

/** The definition of RFC 9309 §2.2.2 and §2.2.3, slow and plain: every `*` tried at every length. */
function matchesSlowly(source: string, text: string): boolean {
  if (source === '') return true;
  if (source === '$') return text === '';
  if (source[0] === '*') {
    return Array.from({ length: text.length + 1 }, (_, skip) => skip).some((skip) =>
      matchesSlowly(source.slice(1), text.slice(skip)),
    );
  }
  return source[0] === text[0] && matchesSlowly(source.slice(1), text.slice(1));
}

function decideSlowly(rules: readonly (readonly [string, string])[], text: string): boolean {
  const matching = rules.filter(([, source]) => source !== '' && matchesSlowly(source, text));
  const longest = Math.max(...matching.map(([, source]) => source.length));
  const winners = matching.filter(([, source]) => source.length === longest);
  return winners.length === 0 || winners.some(([name]) => name === 'Allow');
}

describe('robots.txt, whatever it holds', () => {
  test('any text is read and answers for any path', () => {
    fc.assert(
      fc.property(file, fc.string({ unit: 'binary' }), (text, anyPath) => {
        const rules = parseRobots(text, ROBOTS_TOKEN);
        const decision = rules.explain(anyPath);
        expect(rules.isAllowed(anyPath)).toBe(decision.allowed);
        expect(decision.allowed || decision.line !== null).toBe(true);
        expect(rules.crawlDelayMs ?? 0).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 2000 },
    );
  });

  test('the decision is the one of the plain definition', () => {
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 8 }), path, (rules, text) => {
        const lines = rules.map(([name, source]) => `${name}: ${source}\n`).join('');
        expect(parseRobots(`User-agent: *\n${lines}`, ROBOTS_TOKEN).isAllowed(text)).toBe(
          decideSlowly(rules, text),
        );
      }),
      { numRuns: 5000 },
    );
  });

  test('a rule made of a path matches that path, however its octets are written', () => {
    const octet = fc.nat(255).map((value) => `%${value.toString(16).padStart(2, '0')}`);
    const piece = fc.oneof(
      octet,
      fc.string({ unit: 'grapheme-ascii', maxLength: 1 }),
      fc.constantFrom('/', '?', '&', 'é', 'ツ'),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        // '#' would begin a comment, '*' and a last '$' are special, blanks at the end are dropped.
        const written = `/${pieces.join('').replace(/[#*$\s]/g, '')}`;
        const rules = parseRobots(`User-agent: *\nDisallow: ${written}\n`, ROBOTS_TOKEN);
        expect(rules.isAllowed(written)).toBe(false);
        expect(rules.isAllowed(normalisePercent(written))).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});
