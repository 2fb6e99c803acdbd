import { runtime, util } from '@aws-appsync/utils';

/**
 * Where the queue did not take the attempt: the payment has failed as it had before.
 *
 * The attempt's number stays used. Should its message have got through after all, it finds no
 * pending attempt and ends, and the next attempt's execution has a name of its own.
 */
export function request(ctx) {
  const { order, queued } = ctx.stash;
  if (queued) {
    runtime.earlyReturn(order);
  }
  return {
    operation: 'UpdateItem',
    key: util.dynamodb.toMapValues({ customerId: ctx.identity.sub, id: order.id }),
    update: {
      expression:
        'SET #status = :failed, statusReason = formerReason, updatedAt = :now, ' +
        'version = version + :one REMOVE formerReason',
      expressionNames: { '#status': 'status' },
      expressionValues: util.dynamodb.toMapValues({
        ':failed': 'PAYMENT_FAILED',
        ':now': util.time.nowISO8601(),
        ':one': 1,
      }),
    },
    // In placeholders of its own: AppSync puts both expressions' into one map.
    condition: {
      expression: '#current = :pending AND attempt = :attempt',
      expressionNames: { '#current': 'status' },
      expressionValues: util.dynamodb.toMapValues({
        ':pending': 'PENDING',
        ':attempt': order.attempt,
      }),
    },
  };
}

export function response(ctx) {
  if (ctx.error?.type === 'DynamoDB:ConditionalCheckFailedException') {
    if (!ctx.result) {
      util.error('You have no order by that id.', 'OrderNotFound');
    }
    // The queue did take it, and the order has moved on.
    ctx.stash.queued = true;
  } else if (ctx.error) {
    util.error(ctx.error.message, ctx.error.type);
  }
  ctx.stash.order = ctx.result;
  return ctx.result;
}
