// The newest mail first, beside the one that is read. New mail appears by itself.

import { copyButton, element, follow } from '/pages/live.mjs';

const get = (id) => document.getElementById(id);
const filter = get('filter');
const room = document.querySelector('.mailbox');

let mails = [];
let total = 0;
let read = null;
// Those that were there when the page was opened are not new.
let known = null;

/** What tells a mail from all others. */
const keyOf = (mail) => JSON.stringify([mail.at, mail.to, mail.subject]);

function timeOf(mail) {
  const at = new Date(mail.at);
  const today = at.toDateString() === new Date().toDateString();
  const shown = today ? at.toLocaleTimeString() : at.toLocaleString();
  return element('time', { dateTime: mail.at, title: at.toLocaleString() }, shown);
}

function matches(mail) {
  const wanted = filter.value.trim().toLowerCase().split(/\s+/);
  const text = `${mail.to} ${mail.sender} ${mail.subject} ${mail.text}`.toLowerCase();
  return wanted.every((word) => text.includes(word));
}

function row(mail) {
  const button = element(
    'button',
    { type: 'button', className: known.has(keyOf(mail)) ? '' : 'new' },
    element('span', { className: 'to' }, mail.to),
    timeOf(mail),
    element('span', { className: 'subject' }, mail.code ? `${mail.subject}: ${mail.code}` : mail.subject),
  );
  button.dataset.key = keyOf(mail);
  if (keyOf(mail) === read) button.setAttribute('aria-current', 'true');
  button.addEventListener('click', () => open(mail, true));
  return element('li', {}, button);
}

function list() {
  const found = mails.filter(matches);
  const focused = document.activeElement?.dataset?.key;
  get('mails').replaceChildren(...found.map(row));
  if (focused) {
    [...get('mails').querySelectorAll('button')].find((b) => b.dataset.key === focused)?.focus();
  }
  get('count').textContent = found.length === total ? `${total}` : `${found.length} of ${total}`;
  get('more').hidden = mails.length === total;
  get('nothing').hidden = found.length > 0;
  get('nothing').textContent = total ? 'No mail has this.' : 'Nothing has been mailed yet.';
}

function open(mail, byHand) {
  read = keyOf(mail);
  known.add(read);
  const back = element('button', { type: 'button', id: 'back' }, '← All mail');
  back.addEventListener('click', () => {
    room.classList.remove('reading');
    get('mails').querySelector('[aria-current]')?.focus();
  });
  const parts = [
    back,
    element('h2', {}, mail.subject),
    element(
      'dl',
      {},
      element('dt', {}, 'To'),
      element('dd', {}, mail.to),
      element('dt', {}, 'From'),
      element('dd', {}, mail.sender),
      element('dt', {}, 'Sent'),
      element('dd', {}, timeOf(mail)),
    ),
  ];
  if (mail.code) {
    parts.push(
      element('p', { className: 'code' }, element('strong', {}, mail.code), copyButton(mail.code, 'the code')),
    );
  }
  parts.push(element('p', { className: 'text' }, mail.text.trim()));
  if (mail.order) {
    const href = `/flow?order=${encodeURIComponent(mail.order)}`;
    parts.push(element('p', {}, element('a', { href }, 'This order’s way through the system')));
  }
  get('mail').replaceChildren(...parts);
  get('mail').hidden = false;
  if (byHand) {
    room.classList.add('reading');
    list();
    // On a phone the list is gone: reading goes on where the mail is.
    if (getComputedStyle(back).display !== 'none') get('mail').focus();
  }
}

get('mails').addEventListener('keydown', (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const buttons = [...get('mails').querySelectorAll('button')];
  buttons[buttons.indexOf(document.activeElement) + step]?.focus();
});

filter.value = new URLSearchParams(location.search).get('filter') ?? '';
filter.addEventListener('input', () => {
  const query = filter.value ? `?${new URLSearchParams({ filter: filter.value })}` : '';
  history.replaceState(null, '', location.pathname + query);
  list();
});

follow(
  '/mailbox/mails.json',
  (found) => {
    ({ mails, total } = found);
    known ??= new Set(mails.map(keyOf));
    if (read === null && mails.length > 0) {
      const first = mails.find(matches);
      if (first) open(first, false);
    }
    list();
  },
  get('trouble'),
);
