/** Where an order is that the API does not know by its id: on its way to the table, or nowhere. */

import { decodeTime } from 'ulid';

import { isSaved, type Order, SAVED_WITHIN_MS } from '../../api/versions';

// For so long an id of which nothing is known may be one that was just made.
const JUST_MADE_MS = 30_000;

export type Answer = 'found' | 'gone' | 'unknown';

/** @param before what was known of it when the API was asked. */
export function answerOf(isFound: boolean, before: Order | null): Answer {
  if (isFound) return 'found';
  return before !== null && isSaved(before) ? 'gone' : 'unknown';
}

export type Whereabouts = 'saved' | 'being-saved' | 'missing';

/**
 * @param order what is known of it by now, as by its placing or a live update; null where nothing is.
 * @param at when the answer came.
 */
export function whereaboutsOf(answer: Answer, id: string, order: Order | null, at: Date): Whereabouts {
  if (answer === 'gone') return 'missing';
  if (answer === 'found' || (order !== null && isSaved(order))) return 'saved';
  const expectedBy =
    order === null ? mintedAt(id) + JUST_MADE_MS : Date.parse(order.placedAt) + SAVED_WITHIN_MS;
  return at.getTime() < expectedBy ? 'being-saved' : 'missing';
}

/** When the token was made that became this id, in milliseconds of the epoch; 0 of what tells none. */
function mintedAt(id: string): number {
  try {
    return decodeTime(id);
  } catch {
    return 0;
  }
}
