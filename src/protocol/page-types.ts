/** The content types that are read as pages. XHTML is read by the HTML parser, as crawlers must. */
export const PAGE_TYPES: readonly string[] = ['text/html', 'application/xhtml+xml'];
