import { createContext, type ReactNode, use, useCallback, useEffect, useState } from 'react';

import { texts } from '../texts';

const SHOWN_FOR_MS = 6000;

const TellContext = createContext<(text: string) => void>(() => undefined);

/** Says in passing what has happened, to be seen and heard. */
export function useTell(): (text: string) => void {
  return use(TellContext);
}

export function Notices({ children }: { readonly children: ReactNode }) {
  const [notice, setNotice] = useState({ text: '', number: 0 });
  const tell = useCallback((text: string) => {
    setNotice(({ number }) => ({ text, number: number + 1 }));
  }, []);
  const dismiss = useCallback(() => {
    tell('');
  }, [tell]);
  useEffect(() => {
    if (notice.text === '') return undefined;
    const timer = setTimeout(dismiss, SHOWN_FOR_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [notice, dismiss]);
  return (
    <TellContext value={tell}>
      {children}
      <div className={notice.text === '' ? 'notices' : 'notices notices-shown'}>
        {/* Always there: a screen reader speaks of what comes into it. */}
        <div role="status">
          {notice.text !== '' && (
            <p className="notice" key={notice.number}>
              {notice.text}
            </p>
          )}
        </div>
        {notice.text !== '' && (
          <button type="button" className="button button-quiet notice-dismiss" onClick={dismiss}>
            {texts.dismiss}
          </button>
        )}
      </div>
    </TellContext>
  );
}
