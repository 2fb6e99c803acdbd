import { useCallback, useEffect, useRef, useState } from 'react';

import { type Refusal, refusalOf } from '../api/errors';

export interface Reading<Value> {
  readonly isUnderWay: boolean;
  /** Why the last one failed; null where it did not. */
  readonly refusal: Refusal | null;
  /** The last one that came to something, and when; null before. */
  readonly last: { readonly value: Value; readonly at: Date } | null;
  readonly readAnew: () => void;
}

/**
 * Reads when the page comes, and again whenever it is another reading or live updates may have been missed.
 *
 * @param read must be the same function as long as it reads the same.
 * @param epoch the live updates' (useLive).
 */
export function useReading<Value>(read: () => Promise<Value>, epoch = 0): Reading<Value> {
  const [state, setState] = useState<Omit<Reading<Value>, 'readAnew'>>({
    isUnderWay: true,
    refusal: null,
    last: null,
  });
  const latest = useRef(0);
  const run = useCallback(async () => {
    const mine = (latest.current += 1);
    try {
      const value = await read();
      if (mine === latest.current) {
        setState({ isUnderWay: false, refusal: null, last: { value, at: new Date() } });
      }
    } catch (error) {
      const refusal = refusalOf(error);
      if (mine === latest.current) setState(({ last }) => ({ isUnderWay: false, refusal, last }));
    }
  }, [read]);
  useEffect(() => {
    void run();
    return () => {
      latest.current += 1;
    };
  }, [run, epoch]);
  const readAnew = useCallback(() => {
    setState(({ last }) => ({ isUnderWay: true, refusal: null, last }));
    void run();
  }, [run]);
  return { ...state, readAnew };
}
