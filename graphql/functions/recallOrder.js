import { runtime, util } from '@aws-appsync/utils';

/** What has become of the order that was placed by the client's token before, if there is one. */
export function request(ctx) {
  if (!ctx.args.input.clientRequestToken) {
    // Nobody has placed an order by an id that was made just now.
    runtime.earlyReturn();
  }
  const { customerId, id } = ctx.stash.order;
  return {
    operation: 'GetItem',
    key: util.dynamodb.toMapValues({ customerId, id }),
    consistentRead: true,
  };
}

export function response(ctx) {
  const placed = ctx.result;
  if (ctx.error) {
    console.error('Fault:', ctx.error.type);
    util.error('An internal error occurred; try again.', 'InternalError');
  }
  if (!placed) {
    return null;
  }
  if (placed.deletedAt) {
    util.error(
      'An order by that clientRequestToken was deleted; use another token.',
      'OrderConflict',
    );
  }
  if (!isTheSame(placed, ctx.stash.order)) {
    util.error(
      'The order by that clientRequestToken has other contents; use another token.',
      'OrderConflict',
      placed,
    );
  }
  ctx.stash.order = placed;
  ctx.stash.queued = true;
  return placed;
}

function isTheSame(placed, order) {
  return (
    placed.name === order.name &&
    placed.quantity === order.quantity &&
    placed.restaurantId === order.restaurantId &&
    placed.addOns.length === order.addOns.length &&
    placed.addOns.every((addOn, index) => addOn === order.addOns[index])
  );
}
