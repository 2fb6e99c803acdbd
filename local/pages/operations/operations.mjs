// The dashboard's figures, each with its numbers in words.

import { element, follow } from '/pages/live.mjs';
import { chart, most, span, swatch } from '/pages/operations/chart.mjs';

const get = (id) => document.getElementById(id);
const NUMBER = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const SHORT = { milliseconds: 'ms', seconds: 's', '': '' };

const amount = (value, unit) => `${NUMBER.format(value)} ${SHORT[unit] ?? unit}`.trim();

/** What a series comes to in all. */
function said({ overall, statistic, unit, notObservable }) {
  if (notObservable) return 'not observable';
  if (overall === null) return 'none yet';
  return statistic === 'Maximum' ? `${amount(overall, unit)} at most` : amount(overall, unit);
}

function figureOf(figure, during) {
  const { title, series } = figure;
  const reasons = new Set(series.map(({ notObservable }) => notObservable));
  const heading = element('h2', {}, title);
  if (!reasons.has(null)) {
    const why = `Not observable here: ${[...reasons].join('; ')}.`;
    return element('section', { className: 'figure' }, heading, element('p', { className: 'muted' }, why));
  }
  const words = series.map((each) => `${each.label}: ${said(each)}`).join(', ');
  const tops = Object.entries(most(series.filter(({ notObservable }) => !notObservable)));
  const scale = element(
    'p',
    { className: 'scale' },
    element('span', {}, CLOCK.format(during.from)),
    element('span', {}, `highest ${tops.map(([unit, top]) => amount(top, unit)).join(', ')}`),
    element('span', {}, CLOCK.format(during.to)),
  );
  const numbers = series.map((each, index) =>
    element(
      'div',
      {},
      each.notObservable ? null : swatch(index),
      element('dt', {}, each.label),
      element('dd', { className: each.notObservable ? 'muted' : '' }, said(each)),
    ),
  );
  const drawn = chart(figure, during, `${title}. ${words}`);
  return element('section', { className: 'figure' }, heading, drawn, scale, element('dl', {}, ...numbers));
}

/** What each figure leaves out, and why. */
function reasonsOf({ title, series }) {
  const reasons = new Set(series.map(({ notObservable }) => notObservable));
  reasons.delete(null);
  return [...reasons].map((why) => {
    const what = series.filter(({ notObservable }) => notObservable === why).map(({ label }) => label);
    return element('li', {}, `${title}: ${what.join(', ')} – ${why}.`);
  });
}

function show({ since, until, running, queues, figures }) {
  const during = span(since, until);
  get('empty').hidden = figures.length > 0;
  get('state').textContent =
    'The figures of the stage’s dashboard, as far as this cloud can observe them; the numbers are of ' +
    `all the time since ${CLOCK.format(Date.parse(since))}. Executions running: ${running}.`;
  get('figures').replaceChildren(...figures.map((figure) => figureOf(figure, during)));
  get('reasons').replaceChildren(...figures.flatMap(reasonsOf));
  get('depths').replaceChildren(
    ...Object.entries(queues).map(([name, { waiting, inFlight }]) =>
      element(
        'tr',
        {},
        element('th', { scope: 'row' }, name),
        element('td', {}, `${waiting}`),
        element('td', {}, `${inFlight}`),
      ),
    ),
  );
}

follow('/operations.json', show, get('trouble'));
