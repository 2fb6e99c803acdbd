import { useApolloClient, useFragment } from '@apollo/client/react';
import { useCallback, useEffect } from 'react';

import type { Refusal } from '../../api/errors';
import { GetOrderDocument, OrderFieldsFragmentDoc } from '../../api/generated';
import type { Order } from '../../api/versions';
import { useLive } from '../Live';
import { useReading } from '../useReading';
import { answerOf, whereaboutsOf } from './whereabouts';

const LOOK_AGAIN_MS = 2000;

export interface ReadOrder {
  /** As it is known here; null where nothing is. */
  readonly order: Order | null;
  readonly isReading: boolean;
  /** The API does not know it, and it may just have been placed. */
  readonly isBeingSaved: boolean;
  /** The API does not know it, as it was deleted, or nothing says that it is on its way. */
  readonly isMissing: boolean;
  readonly refusal: Refusal | null;
  readonly readAnew: () => void;
}

/** @param given as in the address, in any spelling. */
export function useOrder(given: string): ReadOrder {
  const id = spelledId(given);
  const client = useApolloClient();
  const { data, complete } = useFragment({
    fragment: OrderFieldsFragmentDoc,
    from: { __typename: 'Order', id },
  });
  const order = complete ? data : null;
  const read = useCallback(async () => {
    const cacheId = client.cache.identify({ __typename: 'Order', id });
    const known = client.readFragment({
      fragment: OrderFieldsFragmentDoc,
      ...(cacheId !== undefined && { id: cacheId }),
    });
    const { data: answer } = await client.query({
      query: GetOrderDocument,
      variables: { id },
      fetchPolicy: 'network-only',
    });
    return answerOf(Boolean(answer?.getOrder), known);
  }, [client, id]);
  const { isUnderWay, refusal, last, readAnew } = useReading(read, useLive().epoch);
  const whereabouts = last === null ? null : whereaboutsOf(last.value, id, order, last.at);
  const isBeingSaved = whereabouts === 'being-saved';
  useEffect(() => {
    if (!isBeingSaved || isUnderWay) return undefined;
    const timer = setTimeout(readAnew, LOOK_AGAIN_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [isBeingSaved, isUnderWay, readAnew]);
  return {
    order,
    isReading: last === null && refusal === null,
    isBeingSaved,
    isMissing: whereabouts === 'missing',
    refusal,
    readAnew,
  };
}

/** A ULID in capitals, a UUID in small letters, as the API spells them. */
function spelledId(given: string): string {
  return given.includes('-') ? given.toLowerCase() : given.toUpperCase();
}
