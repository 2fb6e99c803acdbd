import { runtime, util } from '@aws-appsync/utils';

// These mean the same as Java's regular expressions, which they are on AWS, and as JavaScript's.
const ID = '^[0-9A-Za-z-]{26,36}$';
const RESTAURANT_ID = "^(?! *$)[A-Za-z0-9 \\-_.'&]{1,64}$";
const ULID = '^[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}$';
const UUID = '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$';
// Java sees a surrogate pair as one character, JavaScript as two; half a pair is none to either.
const CHARACTER = '(?:[\\ud800-\\udbff][\\udc00-\\udfff]|[^\\ud800-\\udfff])';
const CONTROL_CHARACTER =
  '^[\\s\\S]*[\\x00-\\x1f\\x7f-\\x9f\\u2028-\\u202e\\u2066-\\u2069\\ufffe\\uffff][\\s\\S]*$';
// White space, what Unicode calls ignorable, annotation marks and the braille blank. Some are beyond
// U+FFFF, so this is of the text as util.urlEncode spells it, which is the same to both.
const INVISIBLE =
  '^(?:[+]|%20|%C2%A[0D]|%CD%8F|%D8%9C|%E1%(?:85%9F|85%A0|9A%80|9E%B[45]|A0%8[B-F])' +
  '|%E2%(?:80%8.|80%AF|81%9F|81%A.|A0%80)|%E3%(?:80%80|85%A4)' +
  '|%EF%(?:B8%8.|BB%BF|BE%A0|BF%B[0-9AB])' +
  '|%F0%(?:9B%B2%A[0-3]|9D%85%B[3-9A])|%F3%A0%..%..)*$';

/** Refuses what is beyond the limits of an order; null is the same as not given. */
export function request(ctx) {
  const given = ctx.args.input ?? ctx.args;
  if (isGiven(given.id)) {
    ctx.stash.id = spelledId(given.id);
  }
  if (isGiven(given.name)) {
    requireText('name', given.name, 100);
  }
  if (isGiven(given.quantity) && (given.quantity < 1 || given.quantity > 100)) {
    refuse('quantity', 'must be from 1 to 100');
  }
  if (isGiven(given.restaurantId) && !util.matches(RESTAURANT_ID, given.restaurantId)) {
    refuse('restaurantId', "must have 1 to 64 letters, digits, spaces and -_.'&");
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

/** The id as placeOrder spells it, for the steps that follow. */
function spelledId(id) {
  // No order has another id, and DynamoDB would refuse some of them as a key.
  if (!util.matches(ID, id)) {
    util.error('No order of yours can have that id.', 'OrderNotFound');
  }
  return id.includes('-') ? id.toLowerCase() : id.toUpperCase();
}

function requireText(field, text, most) {
  const isWhole = util.matches('^' + CHARACTER + `{1,${most}}$`, text);
  if (!isWhole || util.matches(INVISIBLE, util.urlEncode(text))) {
    refuse(field, `must have 1 to ${most} whole characters, at least one of them visible`);
  }
  if (util.matches(CONTROL_CHARACTER, text)) {
    refuse(
      field,
      'must not have line breaks, other control characters or overrides of the writing direction',
    );
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
