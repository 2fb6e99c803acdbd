/** Changes an order whose payment failed; what is PAID is what the payment was asked for. */
export function request() {
  return {};
}

export function response(ctx) {
  return ctx.stash.order;
}
