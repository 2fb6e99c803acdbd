import { useApolloClient, useFragment } from '@apollo/client/react';
import { useCallback, useEffect } from 'react';
import { decodeTime } from 'ulid';

import type { Refusal } from '../api/errors';
import { GetOrderDocument, OrderFieldsFragmentDoc } from '../api/generated';
import type { Order } from '../api/versions';
import { useLive } from './Live';
import { useReading } from './useReading';

// An order is saved within seconds of being accepted; before that the API knows none by its id.
const SAVED_WITHIN_MS = 120_000;
const LOOK_AGAIN_MS = 2000;

export interface ReadOrder {
  /** As it is known here; null where nothing is. */
  readonly order: Order | null;
  readonly isReading: boolean;
  /** The API does not know it, and it may just have been placed. */
  readonly isBeingSaved: boolean;
  /** The API does not know it, and nothing says that it is on its way. */
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
    const { data: answer } = await client.query({
      query: GetOrderDocument,
      variables: { id },
      fetchPolicy: 'network-only',
    });
    return (answer?.getOrder ?? null) !== null;
  }, [client, id]);
  const { isUnderWay, refusal, last, readAnew } = useReading(read, useLive().epoch);
  const isUnknown = last?.value === false;
  // What has been written since it was placed has been saved.
  const isSaved = order !== null && (order.version > 1 || order.status !== 'PENDING');
  const placedAt = order === null ? mintedAt(id) : new Date(order.placedAt).getTime();
  const isFresh = last !== null && last.at.getTime() - placedAt < SAVED_WITHIN_MS;
  const isBeingSaved = isUnknown && !isSaved && isFresh;
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
    isMissing: isUnknown && !isSaved && !isFresh,
    refusal,
    readAnew,
  };
}

/** A ULID in capitals, a UUID in small letters, as the API spells them. */
export function spelledId(given: string): string {
  return given.includes('-') ? given.toLowerCase() : given.toUpperCase();
}

/** When the token was made that became this id, in milliseconds of the epoch; 0 of what tells none. */
function mintedAt(id: string): number {
  try {
    return decodeTime(id);
  } catch {
    return 0;
  }
}
