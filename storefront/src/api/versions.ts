/** Subscribers converge: of an order, only ever what is newer replaces what is known. */

import { ApolloLink } from '@apollo/client';
import { map } from 'rxjs';

import type { OrderFieldsFragment } from './generated';

export type Order = OrderFieldsFragment;

export const isDeleted = (order: Order) => (order.deletedAt ?? null) !== null;

/** A write raises the version, a deletion is told with the last one; nothing comes after that. */
export function isNewer(order: Order, known: Order): boolean {
  if (isDeleted(known)) return false;
  return isDeleted(order) || order.version > known.version;
}

/** The newest of each order that any answer or live update has told of, in whatever order they came. */
export class Newest {
  readonly #orders = new Map<string, Order>();

  /** @returns the newest that is known of it, which may be another than the given. */
  take(order: Order): Order {
    const known = this.#orders.get(order.id);
    if (known !== undefined && !isNewer(order, known)) return known;
    this.#orders.set(order.id, order);
    return order;
  }

  clear() {
    this.#orders.clear();
  }
}

/** Has everything behind it, such as a cache, see the newest orders alone. */
export function convergingLink(newest: Newest, now: () => Date): ApolloLink {
  return new ApolloLink((operation, forward) =>
    forward(operation).pipe(
      map((result) => {
        if (!result.data) return result;
        const data =
          operation.operationName === 'DeleteOrder' ? deletedAt(now(), result.data) : result.data;
        return { ...result, data: converged(newest, data) as typeof result.data };
      }),
    ),
  );
}

/** The answer of a deletion is the order as it was: that it is gone, only the operation tells. */
function deletedAt(time: Date, data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const deleted = (value: unknown) =>
    isOrder(value) && !isDeleted(value) ? { ...value, deletedAt: time.toISOString() } : value;
  return Object.fromEntries(Object.entries(data).map(([field, value]) => [field, deleted(value)]));
}

function converged(newest: Newest, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => converged(newest, each));
  if (typeof value !== 'object' || value === null) return value;
  if (isOrder(value)) return newest.take(value);
  return Object.fromEntries(
    Object.entries(value).map(([field, each]) => [field, converged(newest, each)]),
  );
}

function isOrder(value: unknown): value is Order {
  return typeof value === 'object' && value !== null && '__typename' in value && value.__typename === 'Order';
}
