import { ApolloClient, ApolloLink, gql, InMemoryCache, Observable } from '@apollo/client';
import { describe, expect, it } from 'vitest';

import { convergingLink, isNewer, Newest, type Order } from './versions';

const first: Order = {
  __typename: 'Order',
  id: '1',
  customerId: 'alice',
  name: 'Pizza',
  quantity: 1,
  restaurantId: 'Dominos',
  addOns: [],
  status: 'PENDING',
  statusReason: null,
  placedAt: '2026-11-24T12:00:00.000Z',
  updatedAt: '2026-11-24T12:00:00.000Z',
  version: 1,
  deletedAt: null,
};
const second: Order = { ...first, status: 'PAID', version: 2 };
const gone: Order = { ...second, deletedAt: '2026-11-24T13:00:00.000Z' };

describe('the newest', () => {
  it.each([
    [second, first, true],
    [first, second, false],
    [second, second, false],
    [gone, second, true],
    [second, gone, false],
    [gone, gone, false],
    // A deletion is told with the last version that there was.
    [{ ...gone, version: 1 }, second, true],
    [{ ...second, version: 3 }, gone, false],
  ])('is told by version and deletion (case %#)', (order, known, newer) => {
    expect(isNewer(order, known)).toBe(newer);
  });

  it('is what is known of each order, in whatever order it comes', () => {
    const newest = new Newest();
    const other = { ...first, id: '2' };
    expect([second, first, other, gone, second].map((order) => newest.take(order))).toEqual([
      second,
      second,
      other,
      gone,
      gone,
    ]);
    newest.clear();
    expect(newest.take(first)).toBe(first);
  });
});

describe('what the cache sees', () => {
  const now = new Date('2026-11-24T14:00:00.000Z');
  const answered = async (data: Record<string, unknown>, document: string, newest = new Newest()) => {
    const answers = new ApolloLink(
      () =>
        new Observable((observer) => {
          observer.next({ data });
          observer.complete();
        }),
    );
    const client = new ApolloClient({
      cache: new InMemoryCache(),
      link: convergingLink(newest, () => now).concat(answers),
    });
    const isMutation = document.startsWith('mutation');
    const answer = isMutation
      ? await client.mutate({ mutation: gql(document) })
      : await client.query({ query: gql(document) });
    return answer.data as Record<string, unknown>;
  };
  const fields = '{ __typename id status version deletedAt }';

  it('is never older than what was seen before', async () => {
    const newest = new Newest();
    newest.take(second);
    const data = await answered({ getOrder: first }, `query { getOrder ${fields} }`, newest);
    expect(data['getOrder']).toMatchObject({ status: 'PAID', version: 2 });
  });

  it('is the newest within lists too', async () => {
    const newest = new Newest();
    newest.take(second);
    const data = await answered(
      { listOrders: { __typename: 'OrderConnection', items: [first, { ...first, id: '2' }], nextToken: null } },
      `query { listOrders { items ${fields} nextToken } }`,
      newest,
    );
    expect(data['listOrders']).toMatchObject({ items: [{ version: 2 }, { id: '2', version: 1 }] });
  });

  describe('of orders that were just placed', () => {
    const page = (items: readonly Order[]) => ({
      listOrders: { __typename: 'OrderConnection', items, nextToken: null },
    });
    const place = (newest: Newest, ...orders: Order[]) =>
      Promise.all(
        orders.map((placeOrder) =>
          answered({ placeOrder }, `mutation PlaceOrder { placeOrder ${placed} }`, newest),
        ),
      );
    const placed = '{ __typename id status version deletedAt placedAt }';
    const listed = async (newest: Newest, items: readonly Order[], operation = 'ListOrders', given = '') => {
      const document = `query ${operation}${given} { listOrders { items ${placed} nextToken } }`;
      const data = await answered(page(items), document, newest);
      return (data['listOrders'] as { items: Order[] }).items.map(({ id }) => id);
    };
    const justNow = { ...first, placedAt: '2026-11-24T13:59:58.000Z' };
    const later = { ...justNow, id: '3', placedAt: '2026-11-24T13:59:59.000Z' };
    const older = { ...second, id: '2' };

    it('lists those that are not saved yet at their places, once', async () => {
      const newest = new Newest();
      await place(newest, justNow, later);
      expect(await listed(newest, [])).toEqual(['3', '1']);
      expect(await listed(newest, [justNow, older])).toEqual(['3', '1', '2']);
      expect(await listed(newest, [later, justNow, older])).toEqual(['3', '1', '2']);
    });

    it('lists them in no other list than the first page of the customer', async () => {
      const newest = new Newest();
      await place(newest, justNow);
      expect(await listed(newest, [older], 'ListRestaurantOrders')).toEqual(['2']);
      expect(await listed(newest, [older], 'ListOrders', '($nextToken: String = "more")')).toEqual(['2']);
    });

    it.each([
      ['was saved, and is gone', justNow, { ...justNow, status: 'PAID', version: 2 }],
      ['was deleted', justNow, { ...justNow, deletedAt: '2026-11-24T14:00:00.000Z' }],
      ['was placed so long ago', first, first],
    ] as const)('lists none that %s', async (_, order, told) => {
      const newest = new Newest();
      await place(newest, order);
      newest.take(told);
      expect(await listed(newest, [older])).toEqual(['2']);
    });

    it('lists none that was only read, or that somebody before placed', async () => {
      const newest = new Newest();
      newest.take(justNow);
      expect(await listed(newest, [])).toEqual([]);
      await place(newest, justNow);
      newest.clear();
      newest.take(justNow);
      expect(await listed(newest, [])).toEqual([]);
    });
  });

  it('is that an order is gone once its deletion is answered', async () => {
    const newest = new Newest();
    const data = await answered({ deleteOrder: second }, `mutation DeleteOrder { deleteOrder ${fields} }`, newest);
    expect(data['deleteOrder']).toMatchObject({ deletedAt: now.toISOString() });
    expect(newest.take(second).deletedAt).toBe(now.toISOString());
  });

  it('is null where the API answers null', async () => {
    expect(await answered({ getOrder: null }, `query { getOrder ${fields} }`)).toEqual({ getOrder: null });
  });
});
