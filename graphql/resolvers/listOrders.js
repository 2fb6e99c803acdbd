import { util } from '@aws-appsync/utils';

/** The caller's own partition, in the order of placing. */
export function request(ctx) {
  ctx.stash.index = 'byPlacedAt';
  ctx.stash.query = {
    expression: 'customerId = :customerId',
    expressionValues: util.dynamodb.toMapValues({ ':customerId': ctx.identity.sub }),
  };
  ctx.stash.consistentRead = true;
  return {};
}

export function response(ctx) {
  return ctx.prev.result;
}
