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

// An order is saved within seconds of being accepted, or later where the queue is long.
export const SAVED_WITHIN_MS = 15 * 60_000;

/** What has been written since it was placed has been saved; of what has not, nobody knows here. */
export const isSaved = (order: Order) => order.version > 1 || order.status !== 'PENDING';

/** The newest of each order that any answer or live update has told of, in whatever order they came. */
export class Newest {
  readonly #orders = new Map<string, Order>();
  readonly #placed = new Set<string>();

  /** @returns the newest that is known of it, which may be another than the given. */
  take(order: Order): Order {
    const known = this.#orders.get(order.id);
    if (known !== undefined && !isNewer(order, known)) return known;
    this.#orders.set(order.id, order);
    return order;
  }

  /** Notes that it was placed here. */
  place(order: Order) {
    this.#placed.add(order.id);
  }

  /** What was placed here, and may not have come to the table yet. */
  onTheirWay(now: Date): Order[] {
    return [...this.#placed]
      .map((id) => this.#orders.get(id))
      .filter((order) => order !== undefined)
      .filter((order) => !isSaved(order) && !isDeleted(order))
      .filter(({ placedAt }) => now.getTime() < Date.parse(placedAt) + SAVED_WITHIN_MS);
  }

  clear() {
    this.#orders.clear();
    this.#placed.clear();
  }
}

/**
 * Has everything behind it, such as a cache, see the newest orders alone, and those that were just
 * placed in the customer's list, where the API has them only once they are saved.
 */
export function convergingLink(newest: Newest, now: () => Date): ApolloLink {
  return new ApolloLink((operation, forward) =>
    forward(operation).pipe(
      map((result) => {
        if (!result.data) return result;
        const data =
          operation.operationName === 'DeleteOrder' ? deletedAt(now(), result.data) : result.data;
        const seen = converged(newest, data) as Record<string, unknown>;
        if (operation.operationName === 'PlaceOrder') {
          for (const order of Object.values(seen).filter(isOrder)) newest.place(order);
        }
        const isFirstPage =
          operation.operationName === 'ListOrders' && !operation.variables['nextToken'];
        const shown = isFirstPage ? withThose(newest.onTheirWay(now()), seen) : seen;
        return { ...result, data: shown as typeof result.data };
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

/** The lists in an answer with these orders, too, the newest first. */
function withThose(orders: readonly Order[], data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const added = (value: unknown) => {
    if (!isList(value)) return value;
    const missing = orders.filter(({ id }) => value.items.every((order) => order.id !== id));
    const items = [...missing, ...value.items];
    return { ...value, items: items.toSorted((a, b) => b.placedAt.localeCompare(a.placedAt)) };
  };
  return Object.fromEntries(Object.entries(data).map(([field, value]) => [field, added(value)]));
}

function converged(newest: Newest, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => converged(newest, each));
  if (typeof value !== 'object' || value === null) return value;
  if (isOrder(value)) return newest.take(value);
  return Object.fromEntries(
    Object.entries(value).map(([field, each]) => [field, converged(newest, each)]),
  );
}

function isList(value: unknown): value is { readonly items: readonly Order[] } {
  return typeof value === 'object' && value !== null && 'items' in value;
}

function isOrder(value: unknown): value is Order {
  return typeof value === 'object' && value !== null && '__typename' in value && value.__typename === 'Order';
}
