import { createRoot } from 'react-dom/client';

import { loadConfig } from './config';
import { texts } from './texts';

const root = createRoot(document.getElementById('root') ?? document.body);
loadConfig(fetch).then(
  (config) => {
    root.render(
      <main>
        <h1>{texts.menu.heading}</h1>
        <p>{texts.stage(config.stage)}</p>
      </main>,
    );
  },
  (reason: unknown) => {
    root.render(
      <main>
        <h1>{texts.start.failedHeading}</h1>
        <p>{String(reason)}</p>
      </main>,
    );
  },
);
