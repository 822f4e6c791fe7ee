/** Headings of `--help` and of the README's table, in their order. */
export const GROUPS = {
  start: 'Where to start',
  scope: 'What belongs to the crawl',
  speed: 'How fast, and how politely',
  limits: 'Where to stop',
  requests: 'Requests and retries',
  code: 'Your own code',
  file: 'The file',
  output: 'What is shown',
} as const;
