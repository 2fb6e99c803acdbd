import { runtime, util } from '@aws-appsync/utils';

/**
 * Where the queue did not take the attempt: the order is again as it was, and can be retried at once.
 *
 * The attempt's number stays used. Should its message have got through after all, it finds no
 * pending attempt and ends, and the next attempt's execution has a name of its own.
 */
export function request(ctx) {
  const { id, order, former, queued } = ctx.stash;
  if (queued) {
    runtime.earlyReturn(order);
  }
  ctx.stash.order = null;
  return {
    operation: 'UpdateItem',
    key: util.dynamodb.toMapValues({ customerId: ctx.identity.sub, id }),
    update: {
      expression:
        'SET #status = :status, statusReason = :reason, updatedAt = :updatedAt, ' +
        'version = version + :one',
      expressionNames: { '#status': 'status' },
      expressionValues: util.dynamodb.toMapValues({
        ':status': former.status,
        ':reason': former.statusReason ?? null,
        ':updatedAt': former.updatedAt,
        ':one': 1,
      }),
    },
    condition: {
      expression: 'version = :version',
      expressionValues: util.dynamodb.toMapValues({ ':version': order.version }),
    },
  };
}

export function response(ctx) {
  if (ctx.error?.type === 'DynamoDB:ConditionalCheckFailedException') {
    // The queue did take it, and the order has moved on.
    ctx.stash.queued = true;
    return null;
  }
  if (ctx.error) {
    console.error('Fault:', ctx.error.type);
    util.error('An internal error occurred; try again.', 'InternalError');
  }
  ctx.stash.order = ctx.result;
  return ctx.result;
}
