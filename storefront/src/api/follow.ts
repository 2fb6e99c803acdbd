/** Follows a customer's orders live, whatever becomes of the connection. */

import type { ApolloClient } from '@apollo/client';
import { from, mergeMap } from 'rxjs';

import type { Session } from '../session/session';
import { ListOrdersDocument, OnOrderUpdatedDocument } from './generated';
import { type Liveness, stayLive } from './live';
import type { RealtimeContext } from './realtime';
import { isDeleted, type Order } from './versions';

export interface Followed {
  readonly liveness: (liveness: Liveness) => void;
  /** A payment has come to its outcome. */
  readonly outcome: (order: Order) => void;
}

/** @returns ends it. */
export function follow(
  client: ApolloClient,
  session: Session,
  customerId: string,
  followed: Followed,
): () => void {
  const pending = new Set<string>();
  return stayLive(
    ({ connected, lost }) => {
      const context: RealtimeContext = { acknowledged: connected };
      // The link tells nobody where it gets no token, so that is asked for first.
      const subscription = from(session.token())
        .pipe(
          mergeMap(() =>
            client.subscribe({ query: OnOrderUpdatedDocument, variables: { customerId }, context }),
          ),
        )
        .subscribe({
          next({ data, error }) {
            const order = data?.onOrderUpdated;
            if (error) lost();
            else if (order) {
              list(client, order);
              if (order.status === 'PENDING') pending.add(order.id);
              else if (pending.delete(order.id) && !isDeleted(order)) followed.outcome(order);
            }
          },
          error: lost,
          complete: lost,
        });
      return () => {
        subscription.unsubscribe();
      };
    },
    followed.liveness,
    window,
  );
}

/** Puts an order that the history does not have yet at its place there, the newest first. */
export function list(client: ApolloClient, order: Order) {
  client.cache.updateQuery({ query: ListOrdersDocument }, (known) => {
    if (!known || known.listOrders.items.some(({ id }) => id === order.id)) return undefined;
    const { items } = known.listOrders;
    const older = items.findIndex(({ placedAt }) => placedAt < order.placedAt);
    // What is older than all that was read comes with its own page.
    if (older < 0 && known.listOrders.nextToken) return undefined;
    const at = older < 0 ? items.length : older;
    return { listOrders: { ...known.listOrders, items: items.toSpliced(at, 0, order) } };
  });
}
