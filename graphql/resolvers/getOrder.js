import { util } from '@aws-appsync/utils';

/** Reads by the caller's own key, so that nobody else's order can be named. */
export function request(ctx) {
  return {
    operation: 'GetItem',
    key: util.dynamodb.toMapValues({ customerId: ctx.identity.sub, id: ctx.args.id }),
    consistentRead: true,
  };
}

export function response(ctx) {
  if (ctx.error) {
    util.error(ctx.error.message, ctx.error.type);
  }
  return ctx.result;
}
