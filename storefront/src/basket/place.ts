/** Places what is in the basket: one order for each line and press, whatever becomes of the answers. */

import { type Refusal, refusalOf } from '../api/errors';
import type { PlaceOrderInput } from '../api/generated';
import type { Order } from '../api/versions';
import { isSent, type Line, press, release, remove } from './basket';
import type { BasketStore } from './store';

export type Outcome =
  | { readonly kind: 'placed'; readonly order: Order }
  /** It was placed by an earlier press, and deleted since. */
  | { readonly kind: 'deleted'; readonly line: Line }
  /** By `press`, the line keeps its token where it may have been ordered all the same. */
  | { readonly kind: 'refused'; readonly line: Line; readonly refusal: Refusal };

/** @param send places one, and throws what the API refuses it with. */
export async function placeAll(
  store: BasketStore,
  customerId: string,
  send: (input: PlaceOrderInput) => Promise<Order>,
  mint: () => string,
): Promise<Outcome[]> {
  const pressed = store.change((basket) => press(basket, customerId, mint));
  return Promise.all(
    pressed
      .filter((line) => isSent(line, customerId))
      .map(async (line) => {
        const outcome = await placed(line, send);
        if (outcome.kind !== 'refused') store.change((basket) => remove(basket, line.key));
        else if (outcome.refusal.kind === 'validation') store.change((basket) => release(basket, line.key));
        return outcome;
      }),
  );
}

async function placed(line: Line, send: (input: PlaceOrderInput) => Promise<Order>): Promise<Outcome> {
  const { name, quantity, restaurantId, addOns } = line;
  try {
    const clientRequestToken = line.press?.token ?? null;
    return { kind: 'placed', order: await send({ name, quantity, restaurantId, addOns, clientRequestToken }) };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal.kind !== 'conflict') return { kind: 'refused', line, refusal };
    return refusal.order === null ? { kind: 'deleted', line } : { kind: 'placed', order: refusal.order };
  }
}
