import { TaskError } from 'orbweaver/executor';

export function validate(page) {
  if (page.select('.price') === null && !page.text.includes('sold out')) throw new Error('no product page');
}

export function price(page, { params }) {
  const text = page.select('.price')?.text();
  if (text === undefined) throw new TaskError('sold out');
  return { amount: Number.parseFloat(text), currency: params.currency ?? 'EUR' };
}
