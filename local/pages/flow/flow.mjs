// The latest orders with what happened to them, and each new event in the picture.

import { copyButton, element, follow } from '/pages/live.mjs';
import { count, move } from '/pages/flow/picture.mjs';

const get = (id) => document.getElementById(id);
const wanted = new URLSearchParams(location.search).get('order')?.trim() ?? '';

const GOOD = new Set(['paid', 'payment taken', 'refunded']);
const BAD = new Set([
  'refused', 'payment declined', 'tried in vain', 'failed', 'cut off', 'dead letter', 'trouble',
]);
const STATES = { PAID: 'good', PAYMENT_FAILED: 'bad', RESTING: 'bad', DELETED: 'none', UNKNOWN: 'none' };
const NAMES = { RESTING: 'DEAD LETTER', PAYMENT_FAILED: 'FAILED' };
// Left out where there is room for a line alone.
const ASIDE = new Set(['live update', 'read', 'queued']);
const CLOCK = new Intl.DateTimeFormat(undefined, {
  ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
  ...{ fractionalSecondDigits: 3, hourCycle: 'h23' },
});
const ENDS = new Set(['paid', 'failed']);

const toneOf = (event) => (GOOD.has(event.what) ? 'good' : BAD.has(event.what) ? 'bad' : '');

function milliseconds(from, to) {
  const took = Math.round(new Date(to) - new Date(from));
  if (took < 10_000) return `${took} ms`;
  return took < 120_000 ? `${(took / 1000).toFixed(1)} s` : `${Math.round(took / 60_000)} min`;
}

/** The events of each attempt; what names none belongs to the one before. */
function attempts(events) {
  const found = [];
  for (const event of events) {
    const number = event.attempt ?? 0;
    if (found.length === 0 || number > found.at(-1).number) found.push({ number, events: [] });
    const group = found.find((attempt) => attempt.number === number) ?? found.at(-1);
    group.events.push(event);
  }
  return found;
}

/** From the last attempt's first event to its end; empty where it has none. */
function took(journey) {
  const { events } = attempts(journey.events).at(-1) ?? { events: [] };
  const first = events.find((event) => event.at);
  const end = events.find((event) => ENDS.has(event.what));
  return first && end ? milliseconds(first.at, end.at) : '';
}

function eventRow(event, before, first, span) {
  const tone = toneOf(event);
  const row = element('li', { className: tone });
  const at = event.at && new Date(event.at);
  const clock = at ? CLOCK.format(at) : 'not recorded';
  row.append(
    element('time', at ? { dateTime: event.at, title: at.toLocaleString() } : {}, clock),
    element('span', { className: 'after' }, at && before ? `+ ${milliseconds(before, event.at)}` : ''),
    element('span', {}, element('b', {}, event.what), ' ', element('span', { className: 'detail' }, event.detail)),
  );
  const bar = element('span', { className: 'bar' });
  bar.setAttribute('aria-hidden', 'true');
  if (at && span > 0) {
    const part = element('i');
    const begins = ((new Date(before ?? event.at) - first) / span) * 100;
    part.style.left = `${Math.min(98, begins)}%`;
    part.style.width = `${((at - first) / span) * 100 - begins}%`;
    bar.append(part);
  }
  row.append(bar);
  return row;
}

function timeline(journey) {
  const groups = attempts(journey.events);
  return groups.flatMap(({ number, events }) => {
    const times = events.filter((event) => event.at).map((event) => new Date(event.at));
    const first = times[0];
    const span = times.length ? times.at(-1) - first : 0;
    let before = null;
    const rows = events.map((event) => {
      const row = eventRow(event, before, first, span);
      before = event.at ?? before;
      return row;
    });
    const list = element('ol', {}, ...rows);
    return groups.length > 1 ? [element('h3', {}, number ? `Attempt ${number}` : 'Before'), list] : [list];
  });
}

/** What happened, in short. */
function way(events) {
  const said = events.map((event) => event.what).filter((what) => !ASIDE.has(what));
  return said.filter((what, index) => what !== said[index - 1]).join(' → ');
}

// By id: the journey as it is shown, as JSON, and its elements.
const shown = new Map();

function row() {
  const details = element('details', { open: Boolean(wanted) });
  const item = element('li', {}, details);
  const summary = element('summary');
  const events = element('div', { className: 'events' });
  details.append(summary, events);
  return { item, summary, events, text: '', number: 0 };
}

function update(journey) {
  if (!shown.has(journey.id)) shown.set(journey.id, row());
  const view = shown.get(journey.id);
  const text = JSON.stringify(journey);
  if (view.text === text) return view;
  view.text = text;
  view.summary.replaceChildren(
    element('span', { className: 'what' }, journey.isOrder ? journey.title : `No order: ${journey.title}`),
    element('span', { className: `state ${STATES[journey.state] ?? ''}` }, NAMES[journey.state] ?? journey.state),
    element('span', { className: 'took' }, took(journey)),
    element('span', { className: 'way' }, way(journey.events)),
  );
  const href = `/flow?order=${encodeURIComponent(journey.id)}`;
  view.events.replaceChildren(
    ...timeline(journey),
    element(
      'footer',
      {},
      element('span', {}, journey.isOrder ? 'Order ' : 'Message ', element('code', {}, journey.id)),
      copyButton(journey.id, 'the id'),
      wanted ? null : element('a', { href }, 'This one alone'),
    ),
  );
  return view;
}

// Which events were there when the page was opened: they do not move any more.
let seen = null;

function keysOf(journeys) {
  return new Map(
    journeys.flatMap((journey) =>
      journey.events.map((event) => [`${journey.id} ${JSON.stringify(event)}`, event]),
    ),
  );
}

function animate(journeys) {
  const events = keysOf(journeys);
  if (seen) {
    for (const [key, event] of events) {
      if (!seen.has(key)) move(event, toneOf(event));
    }
  }
  seen = new Set(events.keys());
}

function depthRow([name, { waiting, inFlight }]) {
  const dead = name.endsWith('dead-letters') || name === 'undelivered-mail';
  const cell = (number) =>
    element('td', { className: number ? `some ${dead ? 'bad' : ''}` : '' }, `${number}`);
  const header = element('th', { scope: 'row' }, name);
  return element('tr', {}, header, cell(waiting), cell(inFlight));
}

function show(flow) {
  const { journeys, workflowType, running, queues } = flow;
  get('empty').hidden = workflowType !== null;
  count(flow);
  animate(journeys);
  get('counts').textContent = workflowType
    ? `${workflowType} workflow, ${running} running`
    : '';
  get('depths').replaceChildren(...Object.entries(queues).map(depthRow));
  const items = journeys.map((journey) => update(journey).item);
  const list = get('journeys');
  // What stays where it is keeps the focus.
  items.forEach((item, index) => {
    if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null);
  });
  while (list.childElementCount > items.length) list.lastElementChild.remove();
  const ids = new Set(journeys.map((journey) => journey.id));
  for (const id of shown.keys()) if (!ids.has(id)) shown.delete(id);
  get('nothing').hidden = journeys.length > 0;
}

if (wanted) {
  get('order').value = wanted;
  get('all').hidden = false;
  get('latest').textContent = 'This order';
  get('nothing').textContent = 'Nothing is known of an order with this id.';
}
const query = wanted ? `?order=${encodeURIComponent(wanted)}` : '';
const following = follow(`/flow.json${query}`, show, get('trouble'));
get('pause').addEventListener('click', () => {
  following.paused = !following.paused;
  get('pause').setAttribute('aria-pressed', `${following.paused}`);
});
