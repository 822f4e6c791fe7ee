/**
 * Why the fast lane hands a page to parse5: one row a reason. Whatever could make the tree differ from the order of the
 * tags has a row here; a page that meets none of them means the same to both lanes.
 */

export const BAILS = {
  'zero byte': 'U+0000 is dropped, replaced or kept, depending on where it stands',
  'foreign content':
    'inside <svg> and <math> other rules hold, and some HTML tags end it; drawings of shapes alone are passed over',
  template: 'what is inside is inert, and its end depends on all that is open',
  frames: 'a <frameset> may replace the whole body, and <frame> counts only in one',
  plaintext: 'never ends',
  'open end': 'a tag, comment or raw text that does not end takes what follows with it',
  'odd markup': 'declarations and end tags that are read as comments, or not at all',
  'odd tag': 'a tag or attribute with characters that hardly anybody means',
  'nested script': '<script> after <!-- inside a script: which end tag ends it depends on both',
  'head text': 'a character reference before the body may be a blank, which opens no body',
  'head noscript': 'most things inside a <noscript> of the head end it, and the head',
  select: '<select> drops most tags inside it, and some end it',
  'foster parenting':
    'what stands between the cells of a table is moved before it, links that were left open in a cell with an <object>, too',
  'table nesting': 'a table straight inside a table ends it; ends of other row groups are read in two ways',
  heading: 'the text of a heading with anything but plain phrases in it',
  'nesting within': 'where an element of --within ends: tags that do not nest, or may close others',
  'attributes within': 'a second <html> or <body> gives its attributes to the first; <head> has no links',
} as const;

/** A row of the table. */
export type Bail = keyof typeof BAILS;
