import { runtime, util } from '@aws-appsync/utils';

const CONTROL_CHARACTER = '^[\\s\\S]*[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ufffe\\uffff][\\s\\S]*$';
const RESTAURANT_ID = "^[A-Za-z0-9 \\-_.'&]{1,64}$";
const ULID = '^[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}$';
const UUID = '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$';

/** Refuses what is beyond the limits of an order; null is the same as not given. */
export function request(ctx) {
  const given = ctx.args.input ?? ctx.args;
  if (isGiven(given.name)) {
    requireText('name', given.name, 100);
  }
  if (isGiven(given.quantity) && (given.quantity < 1 || given.quantity > 100)) {
    refuse('quantity', 'must be from 1 to 100');
  }
  if (isGiven(given.restaurantId)) {
    requireRestaurantId(given.restaurantId);
  }
  const addOns = given.addOns ?? [];
  if (addOns.length > 10) {
    refuse('addOns', 'must be at most 10');
  }
  addOns.forEach((addOn, index) => requireText(`addOns[${index}]`, addOn, 50));
  if (isGiven(given.clientRequestToken)) {
    requireToken(given.clientRequestToken);
  }
  // There is no data source to ask.
  runtime.earlyReturn();
}

export function response(ctx) {
  return ctx.result;
}

function isGiven(value) {
  return (value ?? null) !== null;
}

function requireText(field, text, most) {
  if (text.trim().length < 1 || text.length > most) {
    refuse(field, `must have 1 to ${most} characters, and not only spaces`);
  }
  if (util.matches(CONTROL_CHARACTER, text)) {
    refuse(field, 'must not have line breaks or other control characters');
  }
}

function requireRestaurantId(text) {
  if (!util.matches(RESTAURANT_ID, text) || text.trim().length < 1) {
    refuse('restaurantId', "must have 1 to 64 letters, digits, spaces and -_.'&");
  }
}

function requireToken(token) {
  if (!util.matches(ULID, token) && !util.matches(UUID, token)) {
    refuse('clientRequestToken', 'must be a ULID or a UUID');
  }
}

function refuse(field, rule) {
  util.error(`${field} ${rule}`, 'ValidationError', null, { field, rule });
}
