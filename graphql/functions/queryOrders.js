import { util } from '@aws-appsync/utils';

const DEFAULT_LIMIT = 20;

/** One page, newest first, of the orders that `ctx.stash` names by `index` and `query`. */
export function request(ctx) {
  const { index, query, consistentRead } = ctx.stash;
  const { status, nextToken } = ctx.args;
  const limit = ctx.args.limit ?? DEFAULT_LIMIT;
  if (limit < 1 || limit > 100) {
    refuse('limit', 'must be from 1 to 100');
  }
  if (nextToken === '') {
    refuseToken();
  }
  return {
    operation: 'Query',
    index,
    query,
    filter: status
      ? {
          expression: '#status = :status',
          expressionNames: { '#status': 'status' },
          expressionValues: util.dynamodb.toMapValues({ ':status': status }),
        }
      : undefined,
    scanIndexForward: false,
    consistentRead,
    limit,
    nextToken,
  };
}

export function response(ctx) {
  if (ctx.error) {
    if (ctx.args.nextToken && isOfToken(ctx.error.message)) {
      refuseToken();
    }
    console.error('Fault:', ctx.error.type);
    util.error('An internal error occurred; try again.', 'InternalError');
  }
  return { items: ctx.result.items, nextToken: ctx.result.nextToken };
}

/** AppSync refuses a token that it did not make; DynamoDB one that it made for other orders. */
function isOfToken(message) {
  const text = message.toLowerCase();
  return text.includes('pagination token') || text.includes('starting key');
}

function refuseToken() {
  refuse('nextToken', 'must be the nextToken of a page of the same list');
}

function refuse(field, rule) {
  util.error(`${field} ${rule}`, 'ValidationError', null, { field, rule });
}
