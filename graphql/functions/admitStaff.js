import { util } from '@aws-appsync/utils';

/** Lets in staff of the restaurant alone: those who have a row, which only operators write. */
export function request(ctx) {
  return {
    operation: 'GetItem',
    key: util.dynamodb.toMapValues({
      restaurantId: ctx.args.restaurantId,
      userId: ctx.identity.sub,
    }),
    // Whose row was deleted is out at once.
    consistentRead: true,
  };
}

export function response(ctx) {
  if (ctx.error) {
    console.error('Fault:', ctx.error.type);
    util.error('An internal error occurred; try again.', 'InternalError');
  }
  if (!ctx.result) {
    util.unauthorized();
  }
  return null;
}
