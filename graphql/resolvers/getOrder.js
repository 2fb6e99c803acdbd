import { runtime, util } from '@aws-appsync/utils';

const ID = '^[0-9A-Za-z-]{26,36}$';

/** Reads by the caller's own key, so that nobody else's order can be named. */
export function request(ctx) {
  const id = ctx.args.id;
  // No order has another id, and DynamoDB would refuse some of them as a key.
  if (!util.matches(ID, id)) {
    runtime.earlyReturn(null);
  }
  return {
    operation: 'GetItem',
    key: util.dynamodb.toMapValues({ customerId: ctx.identity.sub, id: spelled(id) }),
    consistentRead: true,
  };
}

export function response(ctx) {
  if (ctx.error) {
    console.error('Fault:', ctx.error.type);
    util.error('An internal error occurred; try again.', 'InternalError');
  }
  // A deleted order's tombstone is no order.
  return ctx.result?.deletedAt ? null : ctx.result;
}

/** As placeOrder spells it. */
function spelled(id) {
  return id.includes('-') ? id.toLowerCase() : id.toUpperCase();
}
