import { TaskError } from 'orbweaver/executor';

/** Looks at every answer first. What it throws says that this is not the page: it is asked for again, then fails. */
export function validate(page) {
  if (page.text.includes('unusual traffic')) throw new Error('a captcha');
}

/** Executors are run in this order; what they return is stored as JSON. */
export function title(page) {
  const heading = page.select('h1');
  if (heading === null) throw new TaskError('there is no h1'); // This page fails, the run goes on.
  return heading.text();
}

/** @type {import('orbweaver/executor').Executor} */
export function summary(page, context) {
  context.log.info(`${page.links.length} links`);
  return { title: page.results.title, length: page.text.length };
}
