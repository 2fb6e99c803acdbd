/** Who is signed in: Cognito's tokens, kept and refreshed by Amplify. */

import { Amplify } from 'aws-amplify';
import { type AuthSession, fetchAuthSession, signOut } from 'aws-amplify/auth';
import { ConsoleLogger } from 'aws-amplify/utils';

import type { Config } from '../config';

export interface Customer {
  /** The user's `sub`. */
  readonly id: string;
  readonly email: string;
  readonly isStaff: boolean;
}

export type State =
  | { readonly kind: 'reading' }
  | { readonly kind: 'signed-out'; readonly hasEnded: boolean }
  | { readonly kind: 'signed-in'; readonly customer: Customer };

/** Nobody is signed in any more: the tokens are refused, and cannot be renewed. */
export class SessionEnded extends Error {}

const STAFF = 'staff';
const READ_AGAIN_MS = 2000;

export class Session {
  #state: State = { kind: 'reading' };
  readonly #listeners = new Set<() => void>();

  constructor(config: Config) {
    // It warns of the embedded cloud's endpoint, which is meant.
    ConsoleLogger.LOG_LEVEL = 'ERROR';
    Amplify.configure({
      Auth: {
        Cognito: {
          userPoolId: config.userPoolId,
          userPoolClientId: config.userPoolClientId,
          ...(config.local && { userPoolEndpoint: config.local.userPoolEndpoint }),
        },
      },
    });
    // Somebody signed in or out in another tab; a null key is a storage that was emptied.
    addEventListener('storage', ({ key }) => {
      if (key === null || key.endsWith('.LastAuthUser')) void this.read();
    });
  }

  readonly state = () => this.#state;

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Look who is signed in; tokens that have expired are renewed, as soon as Cognito answers. */
  async read(): Promise<void> {
    let customer: Customer | null;
    try {
      customer = customerOf(await fetchAuthSession());
    } catch {
      setTimeout(() => void this.read(), READ_AGAIN_MS);
      return;
    }
    const hasEnded = customer === null && this.#state.kind === 'signed-in';
    this.#change(customer ? { kind: 'signed-in', customer } : { kind: 'signed-out', hasEnded });
  }

  /**
   * The access token, renewed where it has expired.
   *
   * @throws {SessionEnded} there is none.
   */
  async token(): Promise<string> {
    return this.#tokenOf(await fetchAuthSession());
  }

  /** @throws {SessionEnded} the tokens that the API refused cannot be renewed. */
  async renew(): Promise<void> {
    await this.#tokenOf(await fetchAuthSession({ forceRefresh: true }));
  }

  async signOut(): Promise<void> {
    await signOut();
    this.#change({ kind: 'signed-out', hasEnded: false });
  }

  async #tokenOf({ tokens }: AuthSession): Promise<string> {
    if (tokens) return tokens.accessToken.toString();
    if (this.#state.kind === 'signed-in') {
      // Without this Amplify would have the customer signed in still.
      await signOut();
      this.#change({ kind: 'signed-out', hasEnded: true });
    }
    throw new SessionEnded();
  }

  #change(state: State) {
    this.#state = state;
    this.#listeners.forEach((listener) => {
      listener();
    });
  }
}

function customerOf({ tokens }: AuthSession): Customer | null {
  if (!tokens) return null;
  const { sub, 'cognito:groups': groups } = tokens.accessToken.payload;
  const email = tokens.idToken?.payload['email'];
  return {
    id: String(sub),
    email: typeof email === 'string' ? email : '',
    isStaff: Array.isArray(groups) && groups.includes(STAFF),
  };
}
