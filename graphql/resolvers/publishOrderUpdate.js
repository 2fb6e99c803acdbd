/** Changes nothing: that the mutation was called is what subscribers are told of. */
export function request(ctx) {
  return { payload: ctx.args.order };
}

export function response(ctx) {
  return ctx.result;
}
