import { util } from '@aws-appsync/utils';

/** Deletes the caller's own order, so that it stays deleted whatever message comes about it. */
export function request() {
  return {};
}

export function response(ctx) {
  const { order, erased } = ctx.stash;
  if (!erased) {
    util.error('The order is changing: try again.', 'OrderConflict', order);
  }
  return order;
}
