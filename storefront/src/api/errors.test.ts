import { CombinedGraphQLErrors, ServerError } from '@apollo/client';
import { describe, expect, it } from 'vitest';

import { SessionEnded } from '../session/session';
import { fieldOf, type Refusal, refusalOf, toldOf } from './errors';
import type { Order } from './versions';

const refused = (error: object) => new CombinedGraphQLErrors({ errors: [{ message: 'No.', ...error }] });
const unauthorized = (status: number) =>
  new ServerError('No.', { response: new Response('', { status }), bodyText: '' });

describe('a refusal', () => {
  const order = { id: '1', version: 3, status: 'PAID' } as Order;

  it.each<[unknown, Refusal]>([
    [
      refused({ errorType: 'ValidationError', errorInfo: { field: 'addOns[2]', rule: 'must be short' } }),
      { kind: 'validation', field: 'addOns[2]', rule: 'must be short' },
    ],
    [refused({ errorType: 'ValidationError', errorInfo: null }), { kind: 'other', message: 'No.' }],
    [refused({ errorType: 'OrderNotFound' }), { kind: 'not-found' }],
    [refused({ errorType: 'OrderConflict', data: order }), { kind: 'conflict', order }],
    [refused({ errorType: 'OrderConflict', data: null }), { kind: 'conflict', order: null }],
    [refused({ errorType: 'OrderConflict', data: { id: '1' } }), { kind: 'conflict', order: null }],
    [refused({ errorType: 'OrderNotQueued' }), { kind: 'not-queued' }],
    [refused({ errorType: 'Unauthorized' }), { kind: 'unauthorized' }],
    [refused({ errorType: 'UnauthorizedException' }), { kind: 'expired' }],
    [refused({ errorType: 'InternalError' }), { kind: 'internal' }],
    [refused({}), { kind: 'other', message: 'No.' }],
    [unauthorized(401), { kind: 'expired' }],
    [unauthorized(503), { kind: 'no-answer' }],
    [new SessionEnded(), { kind: 'expired' }],
    [new TypeError('Failed to fetch'), { kind: 'no-answer' }],
  ])('is what the API means by it (case %#)', (error, refusal) => {
    expect(refusalOf(error)).toEqual(refusal);
  });
});

describe('the field of a refusal', () => {
  it.each([
    ['quantity', 'quantity'],
    ['addOns', 'addOns'],
    ['addOns[2]', 'addOns'],
    ['input', null],
  ])('of %s is %s', (field, expected) => {
    expect(fieldOf({ kind: 'validation', field, rule: 'must be so' })).toBe(expected);
  });

  it('is none of other refusals', () => {
    expect(fieldOf({ kind: 'internal' })).toBeNull();
  });

  it('is named with its rule', () => {
    const refusal = { kind: 'validation', field: 'addOns[2]', rule: 'must be short' } as const;
    expect(toldOf(refusal)).toBe('The add-ons must be short.');
  });
});
