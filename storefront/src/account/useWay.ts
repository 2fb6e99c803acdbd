import { useHistoryState } from 'wouter/use-browser-location';

/** What one page of the account hands to the next, in the history's entry: no address is in a URL. */
export interface Way {
  /** Where to go once signed in. */
  readonly to: string;
  readonly email: string;
  /** What has been done, to be said on the next page. */
  readonly done: string;
}

export function useWay(): Way {
  const state: unknown = useHistoryState();
  const given = typeof state === 'object' && state !== null ? (state as Partial<Way>) : {};
  return { to: given.to ?? '/', email: given.email ?? '', done: given.done ?? '' };
}
