import './style.css';

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { createClient } from './api/client';
import { Newest } from './api/versions';
import { App } from './App';
import { BasketStore, storageOf } from './basket/store';
import { BadConfig, type Config, loadConfig } from './config';
import { Boundary } from './page/Boundary';
import { Session } from './session/session';
import { texts } from './texts';

// A deployment takes the files of the build before it away. A page that is older is of that one, and is
// read anew; one that is not would only be the same again.
const READ_ANEW_AFTER_MS = 60_000;
window.addEventListener('vite:preloadError', () => {
  if (navigator.onLine && performance.now() > READ_ANEW_AFTER_MS) location.reload();
});

const root = createRoot(document.getElementById('root') ?? document.body);

try {
  start(await loadConfig(fetch));
} catch (reason) {
  if (!(reason instanceof BadConfig)) throw reason;
  root.render(
    <main className="page page-narrow">
      <h1>{texts.start.failedHeading}</h1>
      <p className="lead">{reason.message}</p>
      <p>{texts.start.hint}</p>
    </main>,
  );
}

function start(config: Config) {
  const session = new Session(config);
  const newest = new Newest();
  const client = createClient(config, session, newest);
  const basket = new BasketStore(storageOf(window), window);
  let customerId: string | null = null;
  session.subscribe(() => {
    const state = session.state();
    const now = state.kind === 'signed-in' ? state.customer.id : null;
    // Nobody sees what was read for somebody else.
    if (customerId !== null && now !== customerId) {
      newest.clear();
      void client.clearStore();
    }
    customerId = now;
  });
  void session.read();
  root.render(
    <StrictMode>
      <Boundary>
        <App client={client} services={{ config, session, basket, newest }} />
      </Boundary>
    </StrictMode>,
  );
}
