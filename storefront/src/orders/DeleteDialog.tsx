import { useEffect, useRef } from 'react';

import { refusalOf } from '../api/errors';
import type { OrderStatus } from '../api/generated';
import { Failure } from '../page/Failure';
import { useSubmission } from '../page/useSubmission';
import { texts } from '../texts';

interface Props {
  readonly status: OrderStatus;
  readonly onConfirm: () => Promise<void>;
  readonly onClose: () => void;
}

/** Asks before an order is deleted, and says what that means for its payment. */
export function DeleteDialog({ status, onConfirm, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { isBusy, failure, submit } = useSubmission(refusalOf);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby="delete-heading" onClose={onClose}>
      <h2 id="delete-heading">{texts.remove.heading}</h2>
      <p>{texts.remove.explained[status]}</p>
      {failure && <Failure refusal={failure} />}
      <div className="actions">
        <button type="button" className="button" onClick={() => dialog.current?.close()}>
          {texts.remove.cancel}
        </button>
        <button
          type="button"
          className="button button-danger"
          aria-disabled={isBusy}
          onClick={() => void submit(onConfirm)}
        >
          {isBusy ? texts.remove.deleting : texts.remove.confirm}
        </button>
      </div>
    </dialog>
  );
}
