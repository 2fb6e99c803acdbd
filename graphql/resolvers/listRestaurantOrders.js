import { util } from '@aws-appsync/utils';

/** Every customer's orders at the restaurant: the schema lets in staff alone, admitStaff its own. */
export function request(ctx) {
  ctx.stash.index = 'byRestaurant';
  ctx.stash.query = {
    expression: 'restaurantId = :restaurantId',
    expressionValues: util.dynamodb.toMapValues({ ':restaurantId': ctx.args.restaurantId }),
  };
  // A global index has no consistent reads.
  ctx.stash.consistentRead = false;
  return {};
}

export function response(ctx) {
  return ctx.prev.result;
}
