/** Tables of the page: each scrolls by itself where it is too wide, and says how much of it is shown. */
import { more } from '../words.js';
import { html, type Markup } from './markup.js';

/** A column: its heading and the class of its cells. */
type Column = readonly [heading: string, className: '' | 'n' | 'wide' | 'bar' | 'code'];

/** @param total rows there are: what is not shown is counted below */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly (Markup | string)[])[],
  total: number,
): Markup {
  if (rows.length === 0) return html`<p class="dim">none</p>`;
  const body = rows.map(
    (cells) =>
      html`<tr>
        ${cells.map((cell, i) => html`<td class="${columns[i]?.[1] ?? ''}">${cell}</td>`)}
      </tr> `,
  );
  const left = more(total, rows.length).map((text) => html`<p class="dim">${text}; --limit shows more</p>`);
  return html`<div class="scroll" tabindex="0">
      <table>
        <thead>
          <tr>
            ${columns.map(([heading, name]) => html`<th class="${name}">${heading}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${body}
        </tbody>
      </table>
    </div>
    ${left}`;
}
