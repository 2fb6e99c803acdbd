import { runtime, util } from '@aws-appsync/utils';

const LONGEST_ID = 36;

/** Reads by the caller's own key, so that nobody else's order can be named. */
export function request(ctx) {
  const id = ctx.args.id;
  // No order has such an id, and DynamoDB would refuse some of them as a key.
  if (id.length < 1 || id.length > LONGEST_ID) {
    runtime.earlyReturn(null);
  }
  return {
    operation: 'GetItem',
    key: util.dynamodb.toMapValues({ customerId: ctx.identity.sub, id }),
    consistentRead: true,
  };
}

export function response(ctx) {
  if (ctx.error) {
    util.error(ctx.error.message, ctx.error.type);
  }
  return ctx.result;
}
