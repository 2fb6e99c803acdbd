import { runtime, util } from '@aws-appsync/utils';

const QUEUE_URL = '${OrderQueueUrl}';
// Of X-Ray's header, what names the trace, and whether it is kept. The queue refuses a message whose
// header it cannot read, and a customer may send any.
const TRACE_PART =
  '^(Root=1-[0-9a-f]{8}-[0-9a-f]{24}|Parent=[0-9a-f]{16}|Sampled=[01])$';

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
      body: JSON.stringify({
        QueueUrl: QUEUE_URL,
        MessageBody: JSON.stringify(message),
        ...traced(ctx.request.headers['x-amzn-trace-id']),
      }),
    },
  };
}

/** Raises nothing: what is to be done about an order that was not taken is the field's to say. */
export function response(ctx) {
  ctx.stash.queued = !ctx.error && ctx.result.statusCode === 200;
  if (!ctx.stash.queued) {
    console.error('Fault:', 'OrderNotQueued', ctx.error?.type ?? ctx.result.statusCode);
  }
  return ctx.stash.order;
}

/** Has the message carry the request's trace on; without one, it has a trace of its own. */
function traced(header) {
  const parts = (header ?? '').split(';').filter((part) => util.matches(TRACE_PART, part));
  if (!parts.some((part) => part.startsWith('Root='))) {
    return {};
  }
  return {
    MessageSystemAttributes: {
      AWSTraceHeader: { DataType: 'String', StringValue: parts.join(';') },
    },
  };
}
