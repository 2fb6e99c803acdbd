import { util } from '@aws-appsync/utils';

/** Accepts an order: the message on the queue is its one durable write. */
export function request(ctx) {
  const input = ctx.args.input;
  const now = util.time.nowISO8601();
  ctx.stash.order = {
    id: input.clientRequestToken ?? util.autoUlid(),
    customerId: ctx.identity.sub,
    name: input.name,
    quantity: input.quantity,
    restaurantId: input.restaurantId,
    addOns: input.addOns ?? [],
    status: 'PENDING',
    placedAt: now,
    updatedAt: now,
    version: 1,
    attempt: 1,
  };
  return {};
}

export function response(ctx) {
  if (!ctx.stash.queued) {
    util.error('The order was not accepted; nothing was charged. Try again.', 'OrderNotQueued');
  }
  return ctx.stash.order;
}
