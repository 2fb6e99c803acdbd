import { util } from '@aws-appsync/utils';

const STUCK_AFTER_MILLISECONDS = 15 * 60 * 1000;
// Their number is part of the executions' names, and these have at most 80 characters.
const MOST_ATTEMPTS = 99;

/**
 * Has the order `ctx.stash.order` pending, for its next attempt where its payment failed.
 *
 * Where it got stuck it is the same attempt once more: the ledger knows whether its payment was
 * taken, and it is not taken again.
 */
export function request(ctx) {
  const { id, order } = ctx.stash;
  const now = util.time.nowEpochMilliSeconds();
  const failed = order.status === 'PAYMENT_FAILED';
  if (order.status === 'PAID') {
    refuse('The order is paid.', order);
  }
  if (!failed && !isStuck(order, now)) {
    refuse(
      'The payment is under way: wait for its outcome, or, if there is none, 15 minutes.',
      order,
    );
  }
  if (failed && order.attempt >= MOST_ATTEMPTS) {
    refuse('There are 99 attempts at most: place the order anew.', order);
  }
  ctx.stash.former = order;
  ctx.stash.order = null;
  return {
    operation: 'UpdateItem',
    key: util.dynamodb.toMapValues({ customerId: ctx.identity.sub, id }),
    update: {
      expression:
        'SET #status = :pending, attempt = :attempt, updatedAt = :now, ' +
        'version = version + :one REMOVE statusReason',
      expressionNames: { '#status': 'status' },
      expressionValues: util.dynamodb.toMapValues({
        ':pending': 'PENDING',
        ':attempt': failed ? order.attempt + 1 : order.attempt,
        ':now': util.time.epochMilliSecondsToISO8601(now),
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
  ctx.stash.refused = ctx.error?.type === 'DynamoDB:ConditionalCheckFailedException';
  if (ctx.stash.refused) {
    return null;
  }
  if (ctx.error) {
    console.error('Fault:', ctx.error.type);
    util.error('An internal error occurred; try again.', 'InternalError');
  }
  ctx.stash.order = ctx.result;
  return ctx.result;
}

/** What a customer may change is not pending, so that updatedAt is when the attempt began. */
function isStuck(order, now) {
  const began = util.time.parseISO8601ToEpochMilliSeconds(order.updatedAt);
  return now - began > STUCK_AFTER_MILLISECONDS;
}

function refuse(message, order) {
  util.error(message, 'OrderConflict', order);
}
