import { useCallback, useEffect, useRef } from 'react';

import { isDeleted, type Order } from '../api/versions';
import { type Reading, useReading } from './useReading';

const PAGE = 20;
// The API gives no more at once.
const MOST = 100;

interface Pages {
  readonly items: readonly Order[];
  readonly nextToken?: string | null;
}

interface Wanted {
  readonly limit: number;
  /** Null for the first page. */
  readonly nextToken: string | null;
}

export interface ReadPages extends Reading<unknown> {
  /** Null before anything was read. */
  readonly orders: readonly Order[] | null;
  /** Null where there is no further page. */
  readonly readMore: (() => Promise<void>) | null;
}

/**
 * Reads a list into the cache page by page, and shows what the cache has of it.
 *
 * @param read must be the same function as long as it is the same list.
 * @param pages what the cache has.
 * @param epoch the live updates' (useLive).
 */
export function usePages(
  read: (wanted: Wanted) => Promise<unknown>,
  pages: Pages | undefined,
  epoch = 0,
): ReadPages {
  const shown = useRef(0);
  useEffect(() => {
    shown.current = pages?.items.length ?? 0;
  }, [pages]);
  // As many as are shown, so that nothing that is looked at goes away.
  const readFirst = useCallback(() => {
    const limit = Math.min(Math.max(shown.current, PAGE), MOST);
    return read({ limit, nextToken: null });
  }, [read]);
  const reading = useReading(readFirst, epoch);
  const nextToken = pages?.nextToken ?? null;
  const readMore = async () => {
    await read({ limit: PAGE, nextToken });
  };
  return {
    ...reading,
    orders: pages?.items.filter((order) => !isDeleted(order)) ?? null,
    readMore: nextToken === null ? null : readMore,
  };
}
