/** What the API's refusals mean to a customer: README, "The API by example". */

import { CombinedGraphQLErrors, ServerError } from '@apollo/client';

import { SessionEnded } from '../session/session';
import { texts } from '../texts';
import type { OrderStatus } from './generated';
import type { Order } from './versions';

export type Refusal =
  | { readonly kind: 'validation'; readonly field: string; readonly rule: string }
  | { readonly kind: 'not-found' }
  /** The order as it is; null where it was deleted. */
  | { readonly kind: 'conflict'; readonly order: Order | null }
  | { readonly kind: 'not-queued' }
  | { readonly kind: 'unauthorized' }
  | { readonly kind: 'expired' }
  | { readonly kind: 'no-answer' }
  | { readonly kind: 'internal' }
  | { readonly kind: 'other'; readonly message: string };

export function refusalOf(error: unknown): Refusal {
  if (error instanceof SessionEnded) return { kind: 'expired' };
  if (ServerError.is(error)) return error.statusCode === 401 ? { kind: 'expired' } : { kind: 'no-answer' };
  if (!CombinedGraphQLErrors.is(error)) return { kind: 'no-answer' };
  const [first] = error.errors;
  return first === undefined ? { kind: 'internal' } : refusalOfAppSync(first);
}

/** AppSync puts these beside the message, not into `extensions`. */
interface AppSyncError {
  readonly message: string;
  readonly errorType?: unknown;
  readonly errorInfo?: unknown;
  readonly data?: unknown;
}

function refusalOfAppSync(error: AppSyncError): Refusal {
  switch (error.errorType) {
    case 'ValidationError': {
      const info = error.errorInfo;
      return isRule(info)
        ? { kind: 'validation', field: info.field, rule: info.rule }
        : { kind: 'other', message: error.message };
    }
    case 'OrderNotFound':
      return { kind: 'not-found' };
    case 'OrderConflict':
      return { kind: 'conflict', order: isOrder(error.data) ? error.data : null };
    case 'OrderNotQueued':
      return { kind: 'not-queued' };
    case 'Unauthorized':
      return { kind: 'unauthorized' };
    case 'UnauthorizedException':
      return { kind: 'expired' };
    case 'InternalError':
      return { kind: 'internal' };
    default:
      return { kind: 'other', message: error.message };
  }
}

function isRule(info: unknown): info is { field: string; rule: string } {
  return (
    typeof info === 'object' &&
    info !== null &&
    'field' in info &&
    typeof info.field === 'string' &&
    'rule' in info &&
    typeof info.rule === 'string'
  );
}

const STATUSES: readonly unknown[] = ['PENDING', 'PAID', 'PAYMENT_FAILED'] satisfies OrderStatus[];

function isOrder(data: unknown): data is Order {
  return (
    typeof data === 'object' &&
    data !== null &&
    'id' in data &&
    'version' in data &&
    typeof data.version === 'number' &&
    'status' in data &&
    STATUSES.includes(data.status)
  );
}

/** The part of a form that a refusal is about, such as `addOns` of `addOns[2]`; null where of none. */
export function fieldOf(refusal: Refusal): 'name' | 'quantity' | 'addOns' | 'restaurantId' | null {
  if (refusal.kind !== 'validation') return null;
  const [field] = refusal.field.split('[');
  return field === 'name' || field === 'quantity' || field === 'addOns' || field === 'restaurantId'
    ? field
    : null;
}

export function toldOf(refusal: Refusal): string {
  switch (refusal.kind) {
    case 'validation':
      return texts.errors.validation(texts.fields[fieldOf(refusal) ?? 'other'], refusal.rule);
    case 'not-found':
      return texts.errors.notFound;
    case 'conflict':
      return texts.errors.conflict;
    case 'not-queued':
      return texts.errors.notQueued;
    case 'unauthorized':
      return texts.errors.unauthorized;
    case 'expired':
      return texts.errors.expired;
    case 'no-answer':
      return texts.errors.noAnswer;
    case 'internal':
      return texts.errors.internal;
    case 'other':
      return texts.errors.other(refusal.message);
  }
}
