import { util } from '@aws-appsync/utils';

/** Changes what is given, of an order that is not paid and of which nobody wrote meanwhile. */
export function request(ctx) {
  const { id, version, name, quantity, addOns } = ctx.args.input;
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
  ctx.stash.id = id;
  ctx.stash.update = {
    expression: `SET ${sets}, updatedAt = :now, version = version + :one`,
    expressionNames: names,
    expressionValues: util.dynamodb.toMapValues(values),
  };
  ctx.stash.condition = {
    expression: 'version = :version AND #status IN (:pending, :failed)',
    expressionNames: { '#status': 'status' },
    expressionValues: util.dynamodb.toMapValues({
      ':version': version,
      ':pending': 'PENDING',
      ':failed': 'PAYMENT_FAILED',
    }),
  };
  ctx.stash.conflict = 'The order is paid, or not of that version any more.';
  return {};
}

export function response(ctx) {
  return ctx.prev.result;
}
