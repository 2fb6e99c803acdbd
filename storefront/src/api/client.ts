/** The API's client: who asks, what is kept of the answers, and what a refused token leads to. */

import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, ServerError } from '@apollo/client';
import type { FieldMergeFunction, Reference } from '@apollo/client/cache';
import { SetContextLink } from '@apollo/client/link/context';
import { ErrorLink } from '@apollo/client/link/error';
import { OperationTypeNode } from 'graphql';
import { from, mergeMap } from 'rxjs';

import type { Config } from '../config';
import type { Session } from '../session/session';
import { convergingLink, type Newest } from './versions';

// A request without an answer by then is told to be one; what it asked for may be done all the same.
const ANSWER_WITHIN_MS = 15_000;

export function createClient(config: Config, session: Session, newest: Newest): ApolloClient {
  const token = () => session.token();
  const authorized = new SetContextLink(async () => ({ headers: { Authorization: await token() } }));
  const http = new HttpLink({
    uri: config.graphqlUrl,
    // AppSync takes a query, its variables and its name, and no extensions.
    enhancedClientAwareness: { transport: false },
    fetch: (address, options) =>
      fetch(address, { ...options, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) }),
  });
  const realtime = new ApolloLink((operation, forward) =>
    from(import('./realtime')).pipe(
      mergeMap(({ realtimeLink }) => realtimeLink(config, token).request(operation, forward)),
    ),
  );
  const requests = ApolloLink.from([renewing(session), authorized, http]);
  return new ApolloClient({
    link: convergingLink(newest, () => new Date()).concat(
      ApolloLink.split(
        ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
        realtime,
        requests,
      ),
    ),
    // What is read because updates may have been missed is no older than that: it does not share the
    // answer of a reading that began before.
    queryDeduplication: false,
    cache: new InMemoryCache({
      typePolicies: {
        Query: {
          fields: {
            listOrders: { keyArgs: false, merge: pages },
            listRestaurantOrders: { keyArgs: ['restaurantId', 'status'], merge: pages },
          },
        },
      },
    }),
  });
}

/** Asks once more with new tokens where the API refuses the ones that there were. */
function renewing(session: Session): ApolloLink {
  return new ErrorLink(({ error, operation, forward }) => {
    if (!ServerError.is(error) || error.statusCode !== 401) return undefined;
    return from(session.renew()).pipe(mergeMap(() => forward(operation)));
  });
}

interface Page {
  readonly items: readonly Reference[];
  readonly nextToken: string | null;
}

/** A page that follows goes behind what is there; a first page is read anew, and replaces all. */
const pages: FieldMergeFunction<Page> = (known, page, { args }) => {
  if (known === undefined || !args?.['nextToken']) return page;
  const seen = new Set(known.items.map(({ __ref }) => __ref));
  return { ...page, items: [...known.items, ...page.items.filter(({ __ref }) => !seen.has(__ref))] };
};
