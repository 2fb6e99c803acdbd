import { util } from '@aws-appsync/utils';

const QUEUE_URL = '${OrderQueueUrl}';

const CONTROL_CHARACTER = '^[\\s\\S]*[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029][\\s\\S]*$';
const RESTAURANT_ID = "^[A-Za-z0-9 \\-_.'&]{1,64}$";
const ULID = '^[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}$';
const UUID = '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$';

/** Puts the order on the queue: the one durable write of an accepted order. */
export function request(ctx) {
  const input = ctx.args.input;
  validate(input);
  const now = util.time.nowISO8601();
  const order = {
    id: input.clientRequestToken ?? util.autoUlid(),
    customerId: ctx.identity.sub,
    name: input.name,
    quantity: input.quantity,
    restaurantId: input.restaurantId,
    addOns: input.addOns ?? [],
    placedAt: now,
  };
  ctx.stash.order = { ...order, status: 'PENDING', updatedAt: now, version: 1 };
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
        MessageBody: JSON.stringify({ ...order, attempt: 1 }),
      }),
    },
  };
}

export function response(ctx) {
  if (ctx.error || ctx.result.statusCode !== 200) {
    util.error('The order was not accepted; nothing was charged. Try again.', 'OrderNotQueued');
  }
  return ctx.stash.order;
}

function validate(input) {
  requireText('name', input.name, 100);
  if (input.quantity < 1 || input.quantity > 100) {
    refuse('quantity', 'must be from 1 to 100');
  }
  const restaurant = input.restaurantId;
  if (!util.matches(RESTAURANT_ID, restaurant) || restaurant.trim().length < 1) {
    refuse('restaurantId', "must have 1 to 64 letters, digits, spaces and -_.'&");
  }
  const addOns = input.addOns ?? [];
  if (addOns.length > 10) {
    refuse('addOns', 'must be at most 10');
  }
  addOns.forEach((addOn, index) => requireText(`addOns[${index}]`, addOn, 50));
  const token = input.clientRequestToken ?? null;
  if (token !== null && !util.matches(ULID, token) && !util.matches(UUID, token)) {
    refuse('clientRequestToken', 'must be a ULID or a UUID');
  }
}

function requireText(field, text, most) {
  if (text.trim().length < 1 || text.length > most) {
    refuse(field, `must have 1 to ${most} characters, and not only spaces`);
  }
  if (util.matches(CONTROL_CHARACTER, text)) {
    refuse(field, 'must not have line breaks or other control characters');
  }
}

function refuse(field, rule) {
  util.error(`${field} ${rule}`, 'ValidationError', null, { field, rule });
}
