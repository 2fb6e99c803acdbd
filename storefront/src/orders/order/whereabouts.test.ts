import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';

import type { Order } from '../../api/versions';
import { answerOf, whereaboutsOf } from './whereabouts';

const placedAt = '2026-11-24T12:00:00.000Z';
const after = (seconds: number) => new Date(Date.parse(placedAt) + seconds * 1000);
const id = ulid(Date.parse(placedAt));
const accepted = { id, placedAt, status: 'PENDING', version: 1 } as Order;
const failed = { ...accepted, status: 'PAYMENT_FAILED', version: 2 } as Order;
const retried = { ...accepted, version: 3 } as Order;

describe('an order that the API does not know', () => {
  it.each([
    [true, failed, 'found'],
    [true, null, 'found'],
    [false, null, 'unknown'],
    [false, accepted, 'unknown'],
    [false, failed, 'gone'],
    [false, retried, 'gone'],
  ] as const)('is gone where it was saved before (case %#)', (isFound, before, answer) => {
    expect(answerOf(isFound, before)).toBe(answer);
  });

  it.each([
    // It was accepted: it may wait for long.
    ['unknown', id, accepted, 1, 'being-saved'],
    ['unknown', id, accepted, 899, 'being-saved'],
    ['unknown', id, accepted, 901, 'missing'],
    // A live update was quicker than the answer.
    ['unknown', id, failed, 1, 'saved'],
    // After a reload only its id tells when it was made.
    ['unknown', id, null, 29, 'being-saved'],
    ['unknown', id, null, 31, 'missing'],
    ['unknown', '3f0e5f2a-8c1d-4b57-9a55-0c4a5b9b1f3e', null, 1, 'missing'],
    ['unknown', 'rubbish', null, 1, 'missing'],
    ['gone', id, failed, 1, 'missing'],
    ['found', id, null, 1, 'saved'],
  ] as const)('is %s of %s: case %#', (answer, of, order, seconds, whereabouts) => {
    expect(whereaboutsOf(answer, of, order, after(seconds))).toBe(whereabouts);
  });
});
