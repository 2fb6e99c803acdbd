// Asks for JSON again and again while somebody looks, and tells when it has changed.

const EVERY_MILLISECONDS = 500;
const AGAIN_MILLISECONDS = 2000;

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function visible() {
  return new Promise((resolve) => {
    if (!document.hidden) resolve();
    else document.addEventListener('visibilitychange', resolve, { once: true });
  });
}

/**
 * @param {string} url of data that is answered with an ETag.
 * @param {(found: any) => void} show is handed what has changed.
 * @param {HTMLElement} trouble says that nothing answers; empty where something does.
 * @returns {{paused: boolean}} set `paused` to ask no more for a while.
 */
export function follow(url, show, trouble) {
  const following = { paused: false };
  let tag = '';

  async function look() {
    const answer = await fetch(url, {
      cache: 'no-store',
      headers: tag ? { Accept: 'application/json', 'If-None-Match': tag } : {},
    });
    if (answer.status === 304) return;
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    const found = await answer.json();
    tag = answer.headers.get('ETag') ?? '';
    show(found);
  }

  async function run() {
    for (;;) {
      await visible();
      let wait = EVERY_MILLISECONDS;
      if (!following.paused) {
        try {
          await look();
          trouble.textContent = '';
        } catch {
          const said = 'The embedded cloud does not answer. Is make up running? Trying again …';
          if (trouble.textContent !== said) trouble.textContent = said;
          wait = AGAIN_MILLISECONDS;
        }
      }
      await sleep(wait);
    }
  }

  run();
  return following;
}

/** An element with these properties and children; text among them is text. */
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** A button that copies a text, and says so for a moment. */
export function copyButton(text, what) {
  const button = element('button', { type: 'button', className: 'copy' }, 'Copy');
  button.setAttribute('aria-label', `Copy ${what}`);
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(text);
    button.textContent = 'Copied';
    setTimeout(() => (button.textContent = 'Copy'), 1500);
  });
  return button;
}

/** Marks this page in the header. */
document.querySelector(`header a[href="${location.pathname}"]`)?.setAttribute('aria-current', 'page');
