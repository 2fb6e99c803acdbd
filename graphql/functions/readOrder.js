import { runtime, util } from '@aws-appsync/utils';

const CONFLICTS = {
  PENDING: 'The payment is under way: wait for its outcome.',
  PAID: 'The order is paid.',
  PAYMENT_FAILED: 'The order has been changed meanwhile, and has another version now.',
};

/**
 * Has the caller's own order `ctx.stash.id` at hand as `ctx.stash.order`, and refuses with it where
 * `ctx.stash.refused` says that a write's condition has failed.
 *
 * Of what AppSync hands over of the item then, AWS's pages and public reports disagree.
 */
export function request(ctx) {
  const { id, order } = ctx.stash;
  if (order) {
    runtime.earlyReturn(order);
  }
  return {
    operation: 'GetItem',
    key: util.dynamodb.toMapValues({ customerId: ctx.identity.sub, id }),
    consistentRead: true,
  };
}

export function response(ctx) {
  const order = ctx.result;
  if (ctx.error) {
    console.error('Fault:', ctx.error.type);
    util.error('An internal error occurred; try again.', 'InternalError');
  }
  if (!order || order.deletedAt) {
    util.error(
      'No order of yours by that id is saved. ' +
        'One that was just placed is saved within seconds: try again then.',
      'OrderNotFound',
    );
  }
  if (ctx.stash.refused) {
    util.error(CONFLICTS[order.status], 'OrderConflict', order);
  }
  ctx.stash.order = order;
  return order;
}
