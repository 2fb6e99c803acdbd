import { runtime } from '@aws-appsync/utils';

const QUEUE_URL = '${OrderQueueUrl}';

/** Puts `ctx.stash.order` on the queue, as the attempt that it is at, unless it was on it before. */
export function request(ctx) {
  if (ctx.stash.queued) {
    runtime.earlyReturn(ctx.stash.order);
  }
  const { id, customerId, name, quantity, restaurantId, addOns, placedAt, attempt } =
    ctx.stash.order;
  const message = { id, customerId, name, quantity, restaurantId, addOns, placedAt, attempt };
  return {
    method: 'POST',
    resourcePath: '/',
    params: {
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'AmazonSQS.SendMessage',
      },
      body: JSON.stringify({ QueueUrl: QUEUE_URL, MessageBody: JSON.stringify(message) }),
    },
  };
}

/** Raises nothing: what is to be done about an order that was not taken is the field's to say. */
export function response(ctx) {
  ctx.stash.queued = !ctx.error && ctx.result.statusCode === 200;
  return ctx.stash.order;
}
