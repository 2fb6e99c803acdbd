import { util } from '@aws-appsync/utils';

/** Has the payment of an order tried again, whether it failed or got stuck. */
export function request() {
  return {};
}

export function response(ctx) {
  if (!ctx.stash.queued) {
    util.error('The payment was not tried again. Try again.', 'OrderNotQueued');
  }
  return ctx.stash.order;
}
