import { type ReactNode, useRef, useState } from 'react';

import { refusalOf } from '../api/errors';
import { Failure } from '../page/Failure';
import { useSubmission } from '../page/useSubmission';
import { texts } from '../texts';

interface Props {
  /** What has been read of the list. */
  readonly children: ReactNode;
  /** Null where there is no further page. */
  readonly readMore: (() => Promise<void>) | null;
}

/** A list that is read page by page; a page's place is kept free until it comes, so that nothing jumps then. */
export function Paged({ children, readMore }: Props) {
  const element = useRef<HTMLDivElement>(null);
  const [minHeight, setMinHeight] = useState(0);
  const { isBusy, failure, submit } = useSubmission(refusalOf);
  const read = () => {
    // What is below the list is out of sight by this, and stays there.
    setMinHeight((element.current?.offsetHeight ?? 0) + window.innerHeight);
    return readMore?.() ?? Promise.resolve();
  };
  return (
    <div className="paged" ref={element} style={{ minHeight }}>
      {children}
      {readMore && (
        <div className="more">
          {failure && <Failure refusal={failure} />}
          <button type="button" className="button" aria-disabled={isBusy} onClick={() => void submit(read)}>
            {isBusy ? texts.history.loadingMore : texts.history.more}
          </button>
        </div>
      )}
    </div>
  );
}
