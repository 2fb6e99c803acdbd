import { util } from '@aws-appsync/utils';

const DEFAULT_LIMIT = 20;

/** Queries the caller's own partition in the order of placing, newest first. */
export function request(ctx) {
  const { status, nextToken } = ctx.args;
  const limit = ctx.args.limit ?? DEFAULT_LIMIT;
  if (limit < 1 || limit > 100) {
    const rule = 'must be from 1 to 100';
    util.error(`limit ${rule}`, 'ValidationError', null, { field: 'limit', rule });
  }
  return {
    operation: 'Query',
    index: 'byPlacedAt',
    query: {
      expression: 'customerId = :customerId',
      expressionValues: util.dynamodb.toMapValues({ ':customerId': ctx.identity.sub }),
    },
    filter: status
      ? {
          expression: '#status = :status',
          expressionNames: { '#status': 'status' },
          expressionValues: util.dynamodb.toMapValues({ ':status': status }),
        }
      : undefined,
    scanIndexForward: false,
    consistentRead: true,
    limit,
    nextToken,
  };
}

export function response(ctx) {
  if (ctx.error) {
    util.error(ctx.error.message, ctx.error.type);
  }
  return { items: ctx.result.items, nextToken: ctx.result.nextToken };
}
