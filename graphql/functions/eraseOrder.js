import { runtime, util } from '@aws-appsync/utils';

// Longer than any message about the order can come.
const TOMBSTONE_SECONDS = 365 * 24 * 60 * 60;

/**
 * Makes a tombstone of the order `ctx.stash.order`, unless that is done: of all that it was, there
 * stays its key, and which attempt's payment is kept.
 *
 * Not by PutItem or DeleteItem, of which AppSync says that they succeeded where the condition failed
 * and the item already is as it shall be.
 */
export function request(ctx) {
  const { id, order, erased } = ctx.stash;
  if (erased) {
    runtime.earlyReturn(order);
  }
  const tombstone = {
    deletedAt: util.time.nowISO8601(),
    expiresAt: util.time.nowEpochSeconds() + TOMBSTONE_SECONDS,
  };
  if (order.status === 'PAID') {
    tombstone.paidAttempt = order.attempt;
  }
  const removed = Object.keys(order).filter((name) => name !== 'customerId' && name !== 'id');
  const names = {};
  removed.forEach((name) => {
    names[`#${name}`] = name;
  });
  const values = {};
  Object.keys(tombstone).forEach((name) => {
    values[`:${name}`] = tombstone[name];
  });
  const sets = Object.keys(tombstone).map((name) => `${name} = :${name}`);
  return {
    operation: 'UpdateItem',
    key: util.dynamodb.toMapValues({ customerId: ctx.identity.sub, id }),
    update: {
      expression: `SET ${sets.join(', ')} REMOVE ${Object.keys(names).join(', ')}`,
      expressionNames: names,
      expressionValues: util.dynamodb.toMapValues(values),
    },
    condition: {
      expression: 'version = :version',
      expressionValues: util.dynamodb.toMapValues({ ':version': order.version }),
    },
  };
}

export function response(ctx) {
  if (ctx.error?.type === 'DynamoDB:ConditionalCheckFailedException') {
    ctx.stash.order = null;
    return null;
  }
  if (ctx.error) {
    console.error('Fault:', ctx.error.type);
    util.error('An internal error occurred; try again.', 'InternalError');
  }
  ctx.stash.erased = true;
  return ctx.stash.order;
}
