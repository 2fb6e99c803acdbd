import { util } from '@aws-appsync/utils';

const LONGEST_ID = 36;

/** Does `ctx.stash.update` to the caller's own order `ctx.stash.id`, on `ctx.stash.condition`. */
export function request(ctx) {
  const { id, update, condition } = ctx.stash;
  // No order has such an id, and DynamoDB would refuse some of them as a key.
  if (id.length < 1 || id.length > LONGEST_ID) {
    util.error('You have no order by that id.', 'OrderNotFound');
  }
  return {
    operation: 'UpdateItem',
    key: util.dynamodb.toMapValues({ customerId: ctx.identity.sub, id }),
    update,
    condition,
  };
}

export function response(ctx) {
  if (ctx.error?.type === 'DynamoDB:ConditionalCheckFailedException') {
    if (!ctx.result) {
      util.error('You have no order by that id.', 'OrderNotFound');
    }
    util.error(ctx.stash.conflict, 'OrderConflict', ctx.result);
  }
  if (ctx.error) {
    util.error(ctx.error.message, ctx.error.type);
  }
  ctx.stash.order = ctx.result;
  return ctx.result;
}
