/** What every page is given: the stage's configuration, who is signed in, and the basket. */

import { createContext, use, useSyncExternalStore } from 'react';

import type { Newest } from '../api/versions';
import type { Basket } from '../basket/basket';
import type { BasketStore } from '../basket/store';
import type { Config } from '../config';
import type { Customer, Session, State } from '../session/session';

export interface Services {
  readonly config: Config;
  readonly session: Session;
  readonly basket: BasketStore;
  readonly newest: Newest;
}

export const ServicesContext = createContext<Services | null>(null);

export function useServices(): Services {
  const services = use(ServicesContext);
  if (services === null) throw new Error('There are no services around this component.');
  return services;
}

export function useSession(): State {
  const { session } = useServices();
  return useSyncExternalStore(session.subscribe, session.state);
}

/** @returns null while nobody is signed in, or that is not known yet. */
export function useCustomer(): Customer | null {
  const state = useSession();
  return state.kind === 'signed-in' ? state.customer : null;
}

export function useBasket(): Basket {
  const { basket } = useServices();
  return useSyncExternalStore(basket.subscribe, basket.basket);
}
