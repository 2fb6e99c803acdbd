import { refusalOf } from '../api/errors';
import { Failure } from '../page/Failure';
import { useSubmission } from '../page/useSubmission';
import { texts } from '../texts';

/** Reads the next page of a list. */
export function More({ read }: { readonly read: () => Promise<void> }) {
  const { isBusy, failure, submit } = useSubmission(refusalOf);
  return (
    <div className="more">
      {failure && <Failure refusal={failure} />}
      <button type="button" className="button" aria-disabled={isBusy} onClick={() => void submit(read)}>
        {isBusy ? texts.history.loadingMore : texts.history.more}
      </button>
    </div>
  );
}
