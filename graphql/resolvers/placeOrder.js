import { util } from '@aws-appsync/utils';

/** Accepts an order: the message on the queue is its one durable write. */
export function request(ctx) {
  const input = ctx.args.input;
  const now = util.time.nowISO8601();
  ctx.stash.order = {
    id: spelled(input.clientRequestToken ?? util.autoUlid()),
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
    // Where it was the answer that got lost, the same token makes both one order.
    util.error(
      'The queue did not take the order. Try again with the clientRequestToken of errorInfo.',
      'OrderNotQueued',
      null,
      { clientRequestToken: ctx.stash.order.id },
    );
  }
  return ctx.stash.order;
}

/** A ULID in capitals, a UUID in small letters: however a client spells it, it is one order. */
function spelled(id) {
  return id.includes('-') ? id.toLowerCase() : id.toUpperCase();
}
