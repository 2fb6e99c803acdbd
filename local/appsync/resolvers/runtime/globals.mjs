/**
 * The globals `util`, `runtime` and `extensions` of APPSYNC_JS.
 *
 * https://docs.aws.amazon.com/appsync/latest/devguide/built-in-util-js.html
 * https://docs.aws.amazon.com/appsync/latest/devguide/extensions-js.html
 */

import crypto from 'node:crypto';

import { dynamodb } from './attribute_values.mjs';
import { condition } from './expressions.mjs';
import { toSubscriptionFilter } from './subscription_filter.mjs';
import { time } from './time.mjs';

/** What `util.error` throws. */
export class HandlerError extends Error {
  constructor(entry) {
    super(entry.message);
    this.entry = entry;
  }
}

/** What `runtime.earlyReturn` throws. */
export class EarlyReturn extends Error {
  constructor(value, skipTo) {
    super('early return');
    this.value = value ?? null;
    this.skipTo = skipTo ?? null;
  }
}

const NOT_COPIED = [
  'transfer-encoding', 'connection', 'host', 'expect', 'keep-alive', 'upgrade',
  'proxy-authenticate', 'proxy-authorization', 'te', 'content-length',
];
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const KSUID_EPOCH_SECONDS = 1_400_000_000;
// As Java's escapeEcmaScript has it.
const ESCAPES = { '\b': '\\b', '\n': '\\n', '\t': '\\t', '\f': '\\f', '\r': '\\r' };

function errorEntry(message, errorType, data, errorInfo) {
  return {
    message: String(message),
    errorType: errorType ?? null,
    data: data ?? null,
    errorInfo: errorInfo ?? null,
  };
}

function inBase(number, alphabet, length) {
  const base = BigInt(alphabet.length);
  let text = '';
  for (let rest = number; text.length < length; rest /= base) {
    text = alphabet[Number(rest % base)] + text;
  }
  return text;
}

const randomNumber = (bytes) => BigInt(`0x${crypto.randomBytes(bytes).toString('hex')}`);

function escapeJavaScript(text) {
  return String(text).replace(
    /['"\\/]|[^ -~]/g,
    (each) =>
      ESCAPES[each] ??
      (/['"\\/]/.test(each)
        ? `\\${each}`
        : `\\u${each.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`),
  );
}

/** As `application/x-www-form-urlencoded`. */
function urlEncode(text) {
  return encodeURIComponent(text)
    .replace(/[!'()~]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}

/**
 * The globals of one module.
 *
 * @param state what the call that runs is told and tells: `authType`, `appended` errors,
 *   `extensions` called and response `headers`.
 */
export function globalsFor(state) {
  const util = {
    error: (...entry) => {
      throw new HandlerError(errorEntry(...entry));
    },
    appendError: (...entry) => {
      state.appended.push(errorEntry(...entry));
    },
    unauthorized: () => {
      throw new HandlerError(errorEntry('Unauthorized', 'Unauthorized'));
    },
    autoId: () => crypto.randomUUID(),
    autoUlid: () => inBase(BigInt(Date.now()), CROCKFORD, 10) + inBase(randomNumber(10), CROCKFORD, 16),
    autoKsuid: () =>
      inBase(
        (BigInt(Math.floor(Date.now() / 1000) - KSUID_EPOCH_SECONDS) << 128n) + randomNumber(16),
        BASE62,
        27,
      ),
    base64Encode: (text) => Buffer.from(text).toString('base64'),
    base64Decode: (text) => Buffer.from(text, 'base64').toString(),
    urlEncode,
    urlDecode: (text) => decodeURIComponent(text.replaceAll('+', ' ')),
    escapeJavaScript,
    matches: (pattern, text) => new RegExp(pattern).test(text),
    authType: () => state.authType,
    str: { normalize: (text, form) => text.normalize(form.toUpperCase()) },
    math: {
      roundNum: (number) => Math.round(number),
      minVal: (one, other) => Math.min(one, other),
      maxVal: (one, other) => Math.max(one, other),
      randomDouble: () => Math.random(),
      randomWithinRange: (start, end) => Math.floor(Math.random() * (end - start)) + start,
    },
    time,
    dynamodb,
    http: {
      copyHeaders: (headers) =>
        Object.fromEntries(
          Object.entries(headers).filter(([name]) => !NOT_COPIED.includes(name.toLowerCase())),
        ),
      addResponseHeader: (name, value) => {
        state.headers.push([name ?? null, value ?? null]);
      },
      addResponseHeaders: (headers) => {
        state.headers.push(...Object.entries(headers));
      },
    },
    transform: {
      toDynamoDBFilterExpression: (filter) => JSON.stringify(condition(filter)),
      toDynamoDBConditionExpression: (filter) => JSON.stringify(condition(filter)),
      toSubscriptionFilter,
    },
  };
  const runtime = {
    earlyReturn: (value, options) => {
      throw new EarlyReturn(value, options?.skipTo);
    },
  };
  const extensions = {
    setSubscriptionFilter: (filter) => {
      state.extensions.push({ op: 'setSubscriptionFilter', filter });
    },
    // There is no cache here that anything could be evicted from.
    evictFromApiCache: () => {},
  };
  return { util, runtime, extensions };
}
