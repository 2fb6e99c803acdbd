/** AWS's own link for AppSync's subscriptions: loaded once somebody is signed in. */

import { ApolloLink } from '@apollo/client';
import { CONTROL_EVENTS_KEY, createSubscriptionHandshakeLink } from 'aws-appsync-subscription-link';
import { Buffer } from 'buffer/';
import { filter, tap } from 'rxjs';

import type { Config } from '../config';

// The link encodes its token by it, as in Node.js; browsers have none.
Object.assign(globalThis, { Buffer });

// AppSync tells each minute that it is there: what is silent longer is lost.
const KEEP_ALIVE_TIMEOUT_MS = 90_000;

/** What an operation's context holds for this link. */
export interface RealtimeContext {
  /** The subscription has been acknowledged: from now on nothing is missed. */
  readonly acknowledged: () => void;
}

/** Opens a connection of its own for each subscription, so that a new one never waits on a dead one. */
export function realtimeLink(config: Config, token: () => Promise<string>): ApolloLink {
  return new ApolloLink((operation, forward) => {
    const { acknowledged } = operation.getContext() as unknown as RealtimeContext;
    operation.setContext({ controlMessages: { [CONTROL_EVENTS_KEY]: true } });
    const link = createSubscriptionHandshakeLink({
      url: config.graphqlUrl,
      region: config.region,
      auth: { type: 'AMAZON_COGNITO_USER_POOLS', jwtToken: token },
      keepAliveTimeoutMs: KEEP_ALIVE_TIMEOUT_MS,
    });
    const isControl = ({ extensions }: ApolloLink.Result) => extensions?.['controlMsgType'] !== undefined;
    return link.request(operation, forward).pipe(
      tap((result) => {
        if (isControl(result)) acknowledged();
      }),
      filter((result) => !isControl(result)),
    );
  });
}
