import { extensions, util } from '@aws-appsync/utils';

/** Lets a caller subscribe to its own orders alone. */
export function request(ctx) {
  if (ctx.args.customerId !== ctx.identity.sub) {
    util.unauthorized();
  }
  return { payload: null };
}

export function response(ctx) {
  const filters = [{ fieldName: 'customerId', operator: 'eq', value: ctx.identity.sub }];
  if ((ctx.args.id ?? null) !== null) {
    filters.push({ fieldName: 'id', operator: 'eq', value: spelled(ctx.args.id) });
  }
  extensions.setSubscriptionFilter({ filterGroup: [{ filters }] });
  return null;
}

/** As placeOrder spells it. */
function spelled(id) {
  return id.includes('-') ? id.toLowerCase() : id.toUpperCase();
}
