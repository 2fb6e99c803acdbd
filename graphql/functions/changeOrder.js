import { util } from '@aws-appsync/utils';

/** Changes what is given of an order whose payment failed, and of which nobody wrote meanwhile. */
export function request(ctx) {
  const { version, name, quantity, addOns } = ctx.args.input;
  const changes = { name, quantity, addOns };
  const given = Object.keys(changes).filter((field) => (changes[field] ?? null) !== null);
  if (given.length < 1) {
    const rule = 'must have a name, a quantity or addOns to change';
    util.error(`input ${rule}`, 'ValidationError', null, { field: 'input', rule });
  }
  const names = {};
  const values = { ':now': util.time.nowISO8601(), ':one': 1 };
  given.forEach((field) => {
    names[`#${field}`] = field;
    values[`:${field}`] = changes[field];
  });
  const sets = given.map((field) => `#${field} = :${field}`).join(', ');
  return {
    operation: 'UpdateItem',
    key: util.dynamodb.toMapValues({ customerId: ctx.identity.sub, id: ctx.stash.id }),
    update: {
      expression: `SET ${sets}, updatedAt = :now, version = version + :one`,
      expressionNames: names,
      expressionValues: util.dynamodb.toMapValues(values),
    },
    // While the payment is under way, what is paid must be what was asked for.
    condition: {
      expression: 'version = :version AND #status = :failed',
      expressionNames: { '#status': 'status' },
      expressionValues: util.dynamodb.toMapValues({
        ':version': version,
        ':failed': 'PAYMENT_FAILED',
      }),
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
