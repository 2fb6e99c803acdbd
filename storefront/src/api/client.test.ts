import { afterEach, describe, expect, it, vi } from 'vitest';

import type { Config } from '../config';
import { type Session, SessionEnded } from '../session/session';
import { createClient } from './client';
import { refusalOf } from './errors';
import { list } from './follow';
import { ListOrdersDocument } from './generated';
import { Newest, type Order } from './versions';

const config = { graphqlUrl: 'https://api.example/graphql' } as Config;
const orderOf = (id: string): Order => ({
  __typename: 'Order',
  id,
  customerId: 'alice',
  name: 'Pizza',
  quantity: 1,
  restaurantId: 'Dominos',
  addOns: [],
  status: 'PENDING',
  statusReason: null,
  placedAt: `2026-11-24T12:00:0${id}.000Z`,
  updatedAt: '2026-11-24T12:00:00.000Z',
  version: 1,
  deletedAt: null,
});
const page = (ids: string[], nextToken: string | null) => ({
  data: { listOrders: { __typename: 'OrderConnection', items: ids.map(orderOf), nextToken } },
});

/** An API of these answers, in turn, and what it was asked with. */
function answering(...answers: (object | number)[]) {
  const asked: { token: string | null; body: Record<string, unknown> }[] = [];
  vi.stubGlobal('fetch', (_: string, options: { headers: HeadersInit; body: string }) => {
    const body = JSON.parse(options.body) as Record<string, unknown>;
    asked.push({ token: new Headers(options.headers).get('Authorization'), body });
    const answer = answers.shift();
    const [status, text] = typeof answer === 'number' ? [answer, '{"errors": []}'] : [200, JSON.stringify(answer)];
    const headers = { 'Content-Type': 'application/json' };
    return Promise.resolve(new Response(text, { status, headers }));
  });
  return asked;
}

/** A session whose token has been renewed so often; it ends where it may not be. */
function sessionOf({ endsAfter }: { endsAfter: number }) {
  let renewals = 0;
  return {
    token: () => Promise.resolve(`token-${String(renewals)}`),
    renew: () => {
      if (renewals === endsAfter) return Promise.reject(new SessionEnded());
      renewals += 1;
      return Promise.resolve();
    },
  } as unknown as Session;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('the client', () => {
  const query = { query: ListOrdersDocument, fetchPolicy: 'network-only' } as const;
  const idsOf = (client: ReturnType<typeof createClient>) =>
    client.cache.readQuery({ query: ListOrdersDocument })?.listOrders.items.map(({ id }) => id);

  it('asks anew while an older reading of the same is under way', async () => {
    const asked = answering(page(['1'], null), page(['2', '1'], null));
    const client = createClient(config, sessionOf({ endsAfter: 0 }), new Newest());
    await Promise.all([client.query(query), client.query(query)]);
    expect(asked).toHaveLength(2);
    expect(idsOf(client)).toEqual(['2', '1']);
  });

  it('asks as the customer, with what AppSync takes alone', async () => {
    const asked = answering(page(['1'], null));
    await createClient(config, sessionOf({ endsAfter: 0 }), new Newest()).query(query);
    expect(asked[0]?.token).toBe('token-0');
    expect(Object.keys(asked[0]?.body ?? {}).sort()).toEqual(['operationName', 'query', 'variables']);
  });

  it('asks once more with a new token where the first is refused', async () => {
    const asked = answering(401, page(['1'], null));
    const { data } = await createClient(config, sessionOf({ endsAfter: 1 }), new Newest()).query(query);
    expect(data?.listOrders.items).toHaveLength(1);
    expect(asked.map(({ token }) => token)).toEqual(['token-0', 'token-1']);
  });

  it.each([
    ['renewed', 0, 1],
    ['taken even when it is new', 1, 2],
  ])('says that the session has ended where the token cannot be %s', async (_, endsAfter, requests) => {
    const asked = answering(401, 401, 401);
    const client = createClient(config, sessionOf({ endsAfter }), new Newest());
    const failure: unknown = await client.query(query).catch((error: unknown) => error);
    expect(refusalOf(failure)).toEqual({ kind: 'expired' });
    expect(asked).toHaveLength(requests);
  });

  it('puts a page behind those before it, and a first page in the place of all', async () => {
    answering(page(['9', '8'], 'more'), page(['8', '7'], null), page(['9'], 'more'));
    const client = createClient(config, sessionOf({ endsAfter: 0 }), new Newest());
    await client.query({ ...query, variables: { limit: 2 } });
    await client.query({ ...query, variables: { limit: 2, nextToken: 'more' } });
    expect(idsOf(client)).toEqual(['9', '8', '7']);
    await client.query({ ...query, variables: { limit: 1 } });
    expect(idsOf(client)).toEqual(['9']);
  });

  it('lists an order that is told live at its place, once, and not beyond what was read', async () => {
    answering(page(['8', '4'], 'more'));
    const client = createClient(config, sessionOf({ endsAfter: 0 }), new Newest());
    list(client, orderOf('5'));
    expect(idsOf(client)).toBeUndefined();
    await client.query(query);
    ['9', '6', '6', '2'].forEach((id) => {
      list(client, orderOf(id));
    });
    expect(idsOf(client)).toEqual(['9', '8', '6', '4']);
  });
});
