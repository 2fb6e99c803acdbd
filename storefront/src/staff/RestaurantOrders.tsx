import { useApolloClient, useQuery } from '@apollo/client/react';
import { useCallback, useEffect } from 'react';

import {
  ListRestaurantOrdersDocument,
  type ListRestaurantOrdersQueryVariables,
  type OrderStatus,
} from '../api/generated';
import { Paged } from '../orders/Paged';
import { usePages } from '../orders/usePages';
import { Failure } from '../page/Failure';
import { Skeletons } from '../page/Skeletons';
import { texts } from '../texts';
import { OrderTable } from './OrderTable';

const ANEW_SECONDS = 15;
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

interface Props {
  readonly restaurantId: string;
  /** Null for all. */
  readonly status: OrderStatus | null;
}

/** One list of a restaurant's orders, read anew while somebody looks at it: nothing tells staff live. */
export function RestaurantOrders({ restaurantId, status }: Props) {
  const client = useApolloClient();
  const { data } = useQuery(ListRestaurantOrdersDocument, {
    variables: { restaurantId, status },
    fetchPolicy: 'cache-only',
  });
  const read = useCallback(
    (wanted: Pick<ListRestaurantOrdersQueryVariables, 'limit' | 'nextToken'>) =>
      client.query({
        query: ListRestaurantOrdersDocument,
        variables: { restaurantId, status, ...wanted },
        fetchPolicy: 'network-only',
      }),
    [client, restaurantId, status],
  );
  const { orders, readMore, refusal, isUnderWay, last, readAnew } = usePages(
    read,
    data?.listRestaurantOrders,
  );
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) readAnew();
    }, ANEW_SECONDS * 1000);
    return () => {
      clearInterval(timer);
    };
  }, [readAnew]);
  // Who is staff no more sees nothing of what was read before.
  if (refusal?.kind === 'unauthorized') {
    return (
      <p className="alert alert-bad" role="alert">
        {texts.staff.notYours(restaurantId)}
      </p>
    );
  }
  return (
    <>
      <div className="freshness">
        <button type="button" className="button" aria-disabled={isUnderWay} onClick={readAnew}>
          {texts.staff.refresh}
        </button>
        <p className="hint">
          {texts.staff.notLive(ANEW_SECONDS)} {last && texts.staff.readAt(clock.format(last.at))}
        </p>
      </div>
      {orders === null && !refusal && <Skeletons label={texts.staff.loading} />}
      {orders?.length === 0 && !readMore && <p className="empty">{texts.staff.empty}</p>}
      <Paged readMore={readMore}>
        {orders !== null && orders.length > 0 && (
          <OrderTable orders={orders} caption={texts.staff.table(restaurantId)} />
        )}
      </Paged>
      {refusal && <Failure refusal={refusal} onRetry={readAnew} />}
    </>
  );
}
