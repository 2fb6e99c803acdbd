import { util } from '@aws-appsync/utils';

const LONGEST_ID = 36;

/** Deletes by the caller's own key; the workflow finds the order gone, and gives payments back. */
export function request(ctx) {
  const id = ctx.args.id;
  // No order has such an id, and DynamoDB would refuse some of them as a key.
  if (id.length < 1 || id.length > LONGEST_ID) {
    util.error('You have no order by that id.', 'OrderNotFound');
  }
  return {
    operation: 'DeleteItem',
    key: util.dynamodb.toMapValues({ customerId: ctx.identity.sub, id }),
  };
}

export function response(ctx) {
  if (ctx.error) {
    util.error(ctx.error.message, ctx.error.type);
  }
  if (!ctx.result) {
    util.error('You have no order by that id.', 'OrderNotFound');
  }
  return ctx.result;
}
