// The picture of the system: what is at its parts, and orders that move along.

const SVG = 'http://www.w3.org/2000/svg';
const still = matchMedia('(prefers-reduced-motion: reduce)');
const PER_EDGE_MILLISECONDS = 450;
const LIT_MILLISECONDS = 900;
// More at once are no more to the eye.
const MOST_DOTS = 60;

/** The edges that an event goes along. */
const WAYS = {
  accepted: ['customer-api', 'api-queue'],
  refused: ['queue-start'],
  'delivered again': ['queue-start'],
  started: ['queue-start', 'start-workflow'],
  saved: ['workflow-store'],
  'found saved': ['workflow-store'],
  read: ['workflow-store'],
  'payment taken': ['workflow-pay', 'pay-ledger'],
  'payment declined': ['workflow-pay', 'pay-ledger'],
  'payment voided': ['workflow-pay', 'pay-ledger'],
  'tried in vain': ['workflow-pay'],
  paid: ['workflow-store'],
  failed: ['workflow-store'],
  'refund asked': ['workflow-refunds'],
  refunded: ['refunds-refund', 'refund-ledger'],
  'nothing to refund': ['refunds-refund', 'refund-ledger'],
  notified: ['workflow-topic'],
  'live update': ['store-broadcast', 'broadcast-api', 'api-customer'],
  deleted: ['customer-api', 'api-store'],
  'dead letter': ['workflow-dead'],
};

function wayOf(event) {
  if (event.what === 'mailed') {
    return event.detail === 'to the customer'
      ? ['topic-mails', 'mails-email', 'email-mailbox']
      : ['topic-mailbox'];
  }
  // What was moved has no time.
  if (event.what === 'dead letter' && event.at === null) return ['queue-dead'];
  if (event.what === 'tried in vain' && !event.detail.startsWith('TakePayment')) {
    return ['start-workflow'];
  }
  return WAYS[event.what] ?? [];
}

function light(part, tone) {
  const lit = document.getElementById(`part-${part}`);
  lit.classList.remove('good', 'bad');
  lit.classList.add('lit', ...(tone ? [tone] : []));
  clearTimeout(Number(lit.dataset.timer));
  lit.dataset.timer = setTimeout(() => lit.classList.remove('lit', 'good', 'bad'), LIT_MILLISECONDS);
}

function run(dot, edge) {
  const path = document.getElementById(`edge-${edge}`);
  const length = path.getTotalLength();
  return new Promise((resolve) => {
    const began = performance.now();
    function step(now) {
      const share = Math.min(1, Math.max(0, (now - began) / PER_EDGE_MILLISECONDS));
      const { x, y } = path.getPointAtLength(share * length);
      dot.setAttribute('cx', x);
      dot.setAttribute('cy', y);
      if (share < 1) requestAnimationFrame(step);
      else resolve();
    }
    requestAnimationFrame(step);
  });
}

/** Shows an event: a dot along its way, or without motion the parts that it comes to. */
export async function move(event, tone) {
  const way = wayOf(event);
  const dots = document.getElementById('dots');
  if (still.matches || document.hidden || dots.childElementCount >= MOST_DOTS) {
    way.forEach((edge) => light(edge.split('-')[1], tone));
    return;
  }
  if (way.length === 0) return;
  const dot = document.createElementNS(SVG, 'circle');
  dot.setAttribute('r', 6);
  if (tone) dot.classList.add(tone);
  dots.append(dot);
  for (const edge of way) {
    await run(dot, edge);
    light(edge.split('-')[1], tone);
  }
  dot.remove();
}

/** What there is to say of a part, of so many. */
function said(text, depth) {
  if (text.dataset.count === 'running') return depth.inFlight ? `${depth.inFlight} running` : 'none running';
  if (text.classList.contains('rests')) return depth.waiting ? `${depth.waiting} at rest` : 'none at rest';
  const words = [];
  if (depth.waiting) words.push(`${depth.waiting} waiting`);
  if (depth.inFlight) words.push(`${depth.inFlight} in flight`);
  return words.join(' · ') || 'empty';
}

/** Writes what is where. */
export function count({ queues, running }) {
  const depths = { ...queues, running: { waiting: 0, inFlight: running } };
  const depthOf = (name) => depths[name] ?? { waiting: 0, inFlight: 0 };
  for (const text of document.querySelectorAll('[data-count]')) {
    const depth = depthOf(text.dataset.count);
    text.textContent = said(text, depth);
    text.classList.toggle('some', depth.waiting + depth.inFlight > 0);
  }
  for (const text of document.querySelectorAll('[data-dead]')) {
    const { waiting, inFlight } = depthOf(text.dataset.dead);
    text.textContent = waiting + inFlight ? `${waiting + inFlight} dead` : '';
  }
}
