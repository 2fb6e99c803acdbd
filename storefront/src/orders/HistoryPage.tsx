import { useApolloClient, useQuery } from '@apollo/client/react';
import { useCallback } from 'react';
import { Link } from 'wouter';

import { ListOrdersDocument, type ListOrdersQueryVariables } from '../api/generated';
import type { Order } from '../api/versions';
import { Failure } from '../page/Failure';
import { Page } from '../page/Page';
import { Skeletons } from '../page/Skeletons';
import { texts } from '../texts';
import { useLive } from './Live';
import { OrderStatus } from './OrderStatus';
import { Paged } from './Paged';
import { Time } from './Time';
import { usePages } from './usePages';

/** The customer's own orders, the newest first, as they change. */
export function HistoryPage() {
  const client = useApolloClient();
  const { data } = useQuery(ListOrdersDocument, { fetchPolicy: 'cache-only' });
  const read = useCallback(
    (variables: ListOrdersQueryVariables) =>
      client.query({ query: ListOrdersDocument, variables, fetchPolicy: 'network-only' }),
    [client],
  );
  const { orders, refusal, readAnew, readMore } = usePages(
    read,
    data?.listOrders,
    useLive().epoch,
  );
  return (
    <Page title={texts.history.heading} isNarrow>
      {orders === null && !refusal && <Skeletons label={texts.history.loading} />}
      {orders?.length === 0 && !readMore && (
        <div className="empty">
          <p>{texts.history.empty}</p>
          <Link href="/" className="button button-primary">
            {texts.history.emptyAction}
          </Link>
        </div>
      )}
      <Paged readMore={readMore}>
        {orders !== null && orders.length > 0 && (
          <ul className="orders">
            {orders.map((order) => (
              <li key={order.id}>
                <OrderRow order={order} />
              </li>
            ))}
          </ul>
        )}
      </Paged>
      {/* Behind what is known, which does not move then. */}
      {refusal && <Failure refusal={refusal} onRetry={readAnew} />}
    </Page>
  );
}

function OrderRow({ order }: { readonly order: Order }) {
  return (
    <article className="order-row">
      <h2>
        <Link href={`/orders/${order.id}`}>{texts.order.heading(order.quantity, order.name)}</Link>
      </h2>
      <p className="order-where">
        {[order.restaurantId, ...order.addOns].join(' · ')}
      </p>
      <p className="order-when">
        <Time of={order.placedAt} />
      </p>
      <OrderStatus order={order} />
    </article>
  );
}
