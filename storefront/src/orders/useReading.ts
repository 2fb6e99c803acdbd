import { useCallback, useEffect, useState } from 'react';

import { type Refusal, refusalOf } from '../api/errors';

interface State<Value> {
  readonly isUnderWay: boolean;
  /** Why the last one failed; null where it did not. */
  readonly refusal: Refusal | null;
  /** The last one that came to something, and when; null before. */
  readonly last: { readonly value: Value; readonly at: Date } | null;
}

export interface Reading<Value> extends State<Value> {
  readonly readAnew: () => void;
}

/**
 * Reads when the page comes, and again whenever it is another reading or live updates may have been missed.
 *
 * @param read must be the same function as long as it reads the same.
 * @param epoch the live updates' (useLive).
 */
export function useReading<Value>(read: () => Promise<Value>, epoch = 0): Reading<Value> {
  const [state, setState] = useState<State<Value>>({ isUnderWay: true, refusal: null, last: null });
  const [round, setRound] = useState(0);
  useEffect(() => {
    let isLatest = true;
    read().then(
      (value) => {
        if (isLatest) setState({ isUnderWay: false, refusal: null, last: { value, at: new Date() } });
      },
      (error: unknown) => {
        const refusal = refusalOf(error);
        if (isLatest) setState(({ last }) => ({ isUnderWay: false, refusal, last }));
      },
    );
    return () => {
      isLatest = false;
    };
  }, [read, epoch, round]);
  const readAnew = useCallback(() => {
    setState(({ last, refusal }) => ({ isUnderWay: true, refusal, last }));
    setRound((before) => before + 1);
  }, []);
  return { ...state, readAnew };
}
