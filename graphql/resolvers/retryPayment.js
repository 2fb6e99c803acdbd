import { util } from '@aws-appsync/utils';

const STUCK_AFTER_MILLISECONDS = 15 * 60 * 1000;

/**
 * Begins the next attempt at the payment of an order that failed.
 *
 * An attempt that was cut off between the table and the queue, or whose workflow could not write
 * its end, would stay pending for ever: after a while it counts as failed.
 */
export function request(ctx) {
  const now = util.time.nowEpochMilliSeconds();
  ctx.stash.id = ctx.args.id;
  ctx.stash.update = {
    expression:
      'SET #status = :pending, attempt = attempt + :one, version = version + :one, ' +
      'updatedAt = :now, formerReason = if_not_exists(statusReason, :internal) ' +
      'REMOVE statusReason',
    expressionNames: { '#status': 'status' },
    expressionValues: util.dynamodb.toMapValues({
      ':pending': 'PENDING',
      ':one': 1,
      ':internal': 'internal error',
      ':now': util.time.epochMilliSecondsToISO8601(now),
    }),
  };
  // In placeholders of its own: AppSync puts both expressions' into one map.
  ctx.stash.condition = {
    expression: '#current = :failed OR (#current = :begun AND updatedAt < :stuck)',
    expressionNames: { '#current': 'status' },
    expressionValues: util.dynamodb.toMapValues({
      ':failed': 'PAYMENT_FAILED',
      ':begun': 'PENDING',
      ':stuck': util.time.epochMilliSecondsToISO8601(now - STUCK_AFTER_MILLISECONDS),
    }),
  };
  ctx.stash.conflict = 'The payment has not failed.';
  return {};
}

export function response(ctx) {
  if (!ctx.stash.queued) {
    util.error('The payment was not tried again. Try again.', 'OrderNotQueued');
  }
  return ctx.stash.order;
}
