import type { OperationVariables, TypedDocumentNode } from '@apollo/client';
import { useApolloClient, useQuery } from '@apollo/client/react';
import { useCallback, useMemo } from 'react';

import { isDeleted, type Order } from '../api/versions';
import { type Reading, useReading } from './useReading';

const PAGE = 20;
// The API gives no more at once.
const MOST = 100;

interface Pages {
  readonly items: readonly Order[];
  readonly nextToken?: string | null;
}

export interface ReadPages extends Reading<unknown> {
  /** Null before anything was read. */
  readonly orders: readonly Order[] | null;
  /** Null where there is no further page. */
  readonly readMore: (() => Promise<void>) | null;
}

/**
 * Reads a list page by page, and shows what the cache has of it: answers and live updates alike.
 *
 * @param variables of which list; the same object as long as it is the same list.
 * @param pagesOf takes the list from the answer; the same function always.
 * @param epoch the live updates' (useLive).
 */
export function usePages<Data, Variables extends OperationVariables>(
  query: TypedDocumentNode<Data, Variables>,
  variables: Omit<Variables, 'limit' | 'nextToken'>,
  pagesOf: (data: Data) => Pages,
  epoch = 0,
): ReadPages {
  const client = useApolloClient();
  const { cache } = client;
  const read = useCallback(
    async (limit: number, nextToken?: string) => {
      const given = { ...variables, limit, nextToken } as unknown as Variables;
      await client.query({ query, variables: given, fetchPolicy: 'network-only' } as never);
    },
    [client, query, variables],
  );
  // As many as are shown, so that nothing that is looked at goes away.
  const readFirst = useCallback(async () => {
    const shown = cache.readQuery<Data>({ query, variables: variables as never });
    const limit = shown === null ? PAGE : pagesOf(shown).items.length;
    await read(Math.min(Math.max(limit, PAGE), MOST));
  }, [cache, query, variables, pagesOf, read]);
  const reading = useReading(readFirst, epoch);
  const { data } = useQuery<Data>(query, {
    variables: variables as never,
    fetchPolicy: 'cache-only',
  });
  const pages = data === undefined ? null : pagesOf(data as Data);
  const nextToken = pages?.nextToken ?? null;
  const readMore = useMemo(
    () => (nextToken === null ? null : () => read(PAGE, nextToken)),
    [nextToken, read],
  );
  return {
    ...reading,
    orders: pages?.items.filter((order) => !isDeleted(order)) ?? null,
    readMore,
  };
}
