import type { ReactNode, SubmitEvent } from 'react';

import { type AccountFailure, textAt } from './failures';

interface Props {
  readonly isBusy: boolean;
  /** Why the last submission failed; what is of a field is told there. */
  readonly failure: AccountFailure | null;
  readonly onSubmit: () => void;
  /** What the button says, and while it is busy. */
  readonly submit: readonly [ready: string, busy: string];
  readonly children: ReactNode;
  /** Below the button. */
  readonly further?: ReactNode;
}

/** Fields, what is wrong with all of them together, and the button that sends them. */
export function AccountForm({ isBusy, failure, onSubmit, submit, children, further }: Props) {
  const [ready, busy] = submit;
  const wrong = textAt(failure, null);
  return (
    <form
      className="card form"
      noValidate
      onSubmit={(event: SubmitEvent) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
      {wrong !== '' && (
        <p className="field-error" role="alert">
          {wrong}
        </p>
      )}
      <button type="submit" className="button button-primary button-large" aria-disabled={isBusy}>
        {isBusy ? busy : ready}
      </button>
      {further}
    </form>
  );
}
