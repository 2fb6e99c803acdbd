import { CombinedGraphQLErrors } from '@apollo/client';
import { beforeEach, describe, expect, it } from 'vitest';

import type { PlaceOrderInput } from '../api/generated';
import type { Order } from '../api/versions';
import { add } from './basket';
import { placeAll } from './place';
import { BasketStore } from './store';

const order: Order = {
  __typename: 'Order',
  id: 'token-1',
  customerId: 'alice',
  name: 'Pizza',
  quantity: 2,
  restaurantId: 'Dominos',
  addOns: ['chili'],
  status: 'PENDING',
  placedAt: '2026-11-24T12:00:00.000Z',
  updatedAt: '2026-11-24T12:00:00.000Z',
  version: 1,
};
const { name, quantity, restaurantId, addOns } = order;

function refused(errorType: string, more: object = {}) {
  return new CombinedGraphQLErrors({ errors: [{ message: 'No.', errorType, ...more } as never] });
}

describe('placing the basket', () => {
  let store: BasketStore;
  let sent: PlaceOrderInput[];
  let minted: number;
  const mint = () => `token-${String((minted += 1))}`;
  /** Answers with what comes next: an order, or an error that it throws. */
  const placing = (...answers: (Order | Error)[]) =>
    placeAll(
      store,
      'alice',
      (input) => {
        sent.push(input);
        const answer = answers.shift();
        return answer instanceof Error || answer === undefined
          ? Promise.reject(answer ?? new Error('There is no such answer.'))
          : Promise.resolve(answer);
      },
      mint,
    );

  beforeEach(() => {
    store = new BasketStore(null, new EventTarget());
    sent = [];
    minted = 0;
    store.change((basket) => add(basket, { name, quantity, restaurantId, addOns }, 'a'));
  });

  it('sends each line with a token of its own, and empties the basket', async () => {
    store.change((basket) => add(basket, { name: 'Maki', quantity, restaurantId, addOns: [] }, 'b'));
    const outcomes = await placing(order, { ...order, id: 'token-2' });
    expect(sent).toEqual([
      { name, quantity, restaurantId, addOns, clientRequestToken: 'token-1' },
      { name: 'Maki', quantity, restaurantId, addOns: [], clientRequestToken: 'token-2' },
    ]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['placed', 'placed']);
    expect(store.basket()).toEqual([]);
  });

  it('writes the token down before anything is sent', async () => {
    let kept: string | undefined;
    const send = () => {
      kept = store.basket()[0]?.press?.token;
      return Promise.resolve(order);
    };
    await placeAll(store, 'alice', send, mint);
    expect(kept).toBe('token-1');
  });

  it('sends the same token where two presses come at once', async () => {
    await Promise.all([placing(order), placing(order)]);
    expect(sent.map((input) => input.clientRequestToken)).toEqual(['token-1', 'token-1']);
    expect(store.basket()).toEqual([]);
  });

  it('sends the same token and contents after an answer was lost', async () => {
    expect(await placing(new TypeError('Failed to fetch'))).toMatchObject([
      { kind: 'refused', refusal: { kind: 'no-answer' } },
    ]);
    await placing(order);
    expect(sent[1]).toEqual(sent[0]);
    expect(store.basket()).toEqual([]);
  });

  it.each(['OrderNotQueued', 'InternalError', 'UnauthorizedException'])(
    'keeps the token after %s: an earlier request may have come through',
    async (errorType) => {
      await placing(refused(errorType));
      expect(store.basket()[0]?.press?.token).toBe('token-1');
    },
  );

  it('makes a new token after a refusal of what the order holds', async () => {
    const errorInfo = { field: 'quantity', rule: 'must be from 1 to 100' };
    await placing(refused('ValidationError', { errorInfo }));
    expect(store.basket()).toHaveLength(1);
    await placing(order);
    expect(sent.map((input) => input.clientRequestToken)).toEqual(['token-1', 'token-2']);
  });

  it('takes an order that the token has already for placed', async () => {
    const data = { ...order, status: 'PAID', version: 2 };
    expect(await placing(refused('OrderConflict', { data }))).toEqual([{ kind: 'placed', order: data }]);
    expect(store.basket()).toEqual([]);
  });

  it('says so where the order was placed and deleted since', async () => {
    expect(await placing(refused('OrderConflict', { data: null }))).toMatchObject([{ kind: 'deleted' }]);
    expect(store.basket()).toEqual([]);
  });

  it('keeps the lines that were not placed', async () => {
    store.change((basket) => add(basket, { name: 'Maki', quantity, restaurantId, addOns }, 'b'));
    const outcomes = await placing(new TypeError('Failed to fetch'), order);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['refused', 'placed']);
    expect(store.basket().map(({ key }) => key)).toEqual(['a']);
  });
});
