import { useCallback, useRef, useState } from 'react';

export interface Submission<Failure> {
  readonly isBusy: boolean;
  /** Why the last one failed; null where it did not. */
  readonly failure: Failure | null;
  /** Runs it, unless one runs already: a double press is one. */
  readonly submit: (action: () => Promise<void>) => Promise<void>;
}

/** @param failureOf tells what an error means. */
export function useSubmission<Failure>(failureOf: (error: unknown) => Failure): Submission<Failure> {
  const [state, setState] = useState<{ isBusy: boolean; failure: Failure | null }>({
    isBusy: false,
    failure: null,
  });
  const isBusy = useRef(false);
  const submit = useCallback(
    async (action: () => Promise<void>) => {
      if (isBusy.current) return;
      isBusy.current = true;
      setState({ isBusy: true, failure: null });
      let failure: Failure | null = null;
      try {
        await action();
      } catch (error) {
        failure = failureOf(error);
      }
      isBusy.current = false;
      setState({ isBusy: false, failure });
    },
    [failureOf],
  );
  return { ...state, submit };
}
