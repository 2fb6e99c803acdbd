/**
 * `util.time`: timestamps in the patterns of Java's DateTimeFormatter, in English.
 *
 * https://docs.aws.amazon.com/appsync/latest/devguide/time-helpers-in-util-time-js.html
 * https://docs.oracle.com/javase/8/docs/api/java/time/format/DateTimeFormatter.html
 */

const MONTHS = [
  'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September',
  'October', 'November', 'December',
];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const DAY_MS = 86_400_000;
const ISO =
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:Z|[+-]\d{2}(?::?\d{2})?)$/;
const OFFSET = /^(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d{2}))?(?::?(\d{2}))?$/;

const pad = (number, width) => String(Math.abs(number)).padStart(width, '0');

/** Seconds east of UTC, in a zone by its id or offset, at a moment. */
function offsetSeconds(zone, epochMilliSeconds) {
  if (['Z', 'UTC', 'GMT', 'UT'].includes(zone)) {
    return 0;
  }
  const fixed = OFFSET.exec(zone);
  if (fixed) {
    const [, sign, hours, minutes = 0, seconds = 0] = fixed;
    return (sign === '-' ? -1 : 1) * (hours * 3600 + minutes * 60 + Number(seconds));
  }
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone, hourCycle: 'h23', era: 'short', year: 'numeric', month: 'numeric',
    day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
  }).formatToParts(epochMilliSeconds);
  const part = (type) => Number(parts.find((each) => each.type === type).value);
  const local = Date.UTC(
    part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'),
  );
  return local / 1000 - Math.floor(epochMilliSeconds / 1000);
}

/** `+08:30` and its likes. */
function offsetText(seconds, { zero, colon, minutes = true }) {
  if (seconds === 0 && zero) {
    return zero;
  }
  const [hour, minute] = [Math.trunc(Math.abs(seconds) / 3600), Math.trunc(Math.abs(seconds) / 60) % 60];
  const tail = minutes || minute ? `${colon}${pad(minute, 2)}` : '';
  return `${seconds < 0 ? '-' : '+'}${pad(hour, 2)}${tail}`;
}

function localizedOffset(seconds, long) {
  if (seconds === 0) {
    return 'GMT';
  }
  const [sign, hours] = [seconds < 0 ? '-' : '+', Math.trunc(Math.abs(seconds) / 3600)];
  const minutes = Math.trunc(Math.abs(seconds) / 60) % 60;
  return long
    ? `GMT${sign}${pad(hours, 2)}:${pad(minutes, 2)}`
    : `GMT${sign}${hours}${minutes ? `:${pad(minutes, 2)}` : ''}`;
}

/** A pattern as letters with their counts, literals, and optional sections. */
function tokens(pattern) {
  const stack = [[]];
  const pieces = /([A-Za-z])\1*|'((?:[^']|'')*)'|([[\]])|([{}#'])|([^A-Za-z'[\]{}#]+)/g;
  for (const [text, letter, quoted, bracket, reserved] of pattern.matchAll(pieces)) {
    if (reserved) {
      throw new Error(`The pattern ${pattern} is wrong at ${reserved}`);
    } else if (bracket === '[') {
      stack.push([]);
    } else if (bracket) {
      const optional = stack.pop();
      if (!stack.length) {
        throw new Error(`The pattern ${pattern} is wrong at ]`);
      }
      stack.at(-1).push({ optional });
    } else if (letter) {
      stack.at(-1).push({ letter, count: text.length });
    } else {
      // Two single quotes are one.
      stack.at(-1).push({ literal: quoted === undefined ? text : quoted.replaceAll("''", "'") || "'" });
    }
  }
  return stack.flat();
}

function unsupported(letter) {
  return new Error(`util.time: the pattern letter ${letter} is not supported here`);
}

function nameOf(names, index, count) {
  return count === 5 ? names[index][0] : count === 4 ? names[index] : names[index].slice(0, 3);
}

function formatted(epochMilliSeconds, pattern, zone = 'UTC') {
  const seconds = offsetSeconds(zone, epochMilliSeconds);
  const local = new Date(epochMilliSeconds + seconds * 1000);
  const day = local.getUTCDay();
  const hour = local.getUTCHours();
  const ofDay = local.getTime() - Math.floor(local.getTime() / DAY_MS) * DAY_MS;
  const year = (value, count) => (count === 2 ? pad(value % 100, 2) : pad(value, count));
  const field = {
    G: () => 'AD',
    u: (count) => year(local.getUTCFullYear(), count),
    y: (count) => year(local.getUTCFullYear(), count),
    // Of the week, which begins on Sunday.
    Y: (count) => year(new Date(local.getTime() + (6 - day) * DAY_MS).getUTCFullYear(), count),
    Q: (count) => pad(Math.trunc(local.getUTCMonth() / 3) + 1, count),
    M: (count) =>
      count < 3 ? pad(local.getUTCMonth() + 1, count) : nameOf(MONTHS, local.getUTCMonth(), count),
    L: (count) => field.M(count),
    d: (count) => pad(local.getUTCDate(), count),
    D: (count) =>
      pad(Math.floor((local.getTime() - Date.UTC(local.getUTCFullYear(), 0)) / DAY_MS) + 1, count),
    E: (count) => nameOf(DAYS, day, count),
    a: () => (hour < 12 ? 'AM' : 'PM'),
    h: (count) => pad(hour % 12 || 12, count),
    K: (count) => pad(hour % 12, count),
    k: (count) => pad(hour || 24, count),
    H: (count) => pad(hour, count),
    m: (count) => pad(local.getUTCMinutes(), count),
    s: (count) => pad(local.getUTCSeconds(), count),
    S: (count) => pad(local.getUTCMilliseconds(), 3).padEnd(9, '0').slice(0, count),
    n: (count) => pad(local.getUTCMilliseconds() * 1_000_000, count),
    A: (count) => pad(ofDay, count),
    N: (count) => pad(ofDay * 1_000_000, count),
    V: () => zone,
    z: () => shortName(zone, epochMilliSeconds),
    O: (count) => localizedOffset(seconds, count === 4),
    X: (count) =>
      offsetText(seconds, { zero: 'Z', colon: count % 2 && count > 1 ? ':' : '', minutes: count > 1 }),
    x: (count) => offsetText(seconds, { colon: count % 2 && count > 1 ? ':' : '', minutes: count > 1 }),
    Z: (count) =>
      count === 4
        ? localizedOffset(seconds, true)
        : offsetText(seconds, count === 5 ? { zero: 'Z', colon: ':' } : { colon: '' }),
  };
  const text = (token) => {
    if (token.optional) {
      return token.optional.map(text).join('');
    }
    if (token.literal !== undefined) {
      return token.literal;
    }
    if (!field[token.letter]) {
      throw unsupported(token.letter);
    }
    return field[token.letter](token.count);
  };
  return tokens(pattern).map(text).join('');
}

function shortName(zone, epochMilliSeconds) {
  const name = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'short' })
    .formatToParts(epochMilliSeconds)
    .find((each) => each.type === 'timeZoneName').value;
  if (/[+-]/.test(name)) {
    throw new Error(`util.time: the short name of the zone ${zone} is not known here`);
  }
  return name;
}

const NUMBERS = 'uyYQdDhKkHmsnAN';

/** A regular expression for a pattern, and the letters of its groups. */
function matcher(pattern) {
  const letters = [];
  const isNumber = (token) =>
    token?.letter && (NUMBERS.includes(token.letter) || ('ML'.includes(token.letter) && token.count < 3));
  const names = (all, count) => all.map((_, index) => nameOf(all, index, count)).join('|');
  const source = (token, index, all) => {
    if (token.optional) {
      return `(?:${token.optional.map(source).join('')})?`;
    }
    if (token.literal !== undefined) {
      return token.literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    }
    const { letter, count } = token;
    letters.push(letter);
    if (isNumber(token)) {
      const fixed = count === 2 || isNumber(all[index + 1]) || all[index + 1]?.letter === 'S';
      return fixed && count > 1 ? `(\\d{${count}})` : `(\\d{${count},19})`;
    }
    switch (letter) {
      case 'M':
      case 'L':
        return `(${names(MONTHS, count)})`;
      case 'E':
        return `(${names(DAYS, count)})`;
      case 'S':
        return `(\\d{${count}})`;
      case 'a':
        return '(AM|PM)';
      case 'G':
        return '(AD)';
      case 'V':
      case 'z':
        return '([A-Za-z_/]+(?:[+-][\\d:]+)?|[+-][\\d:]+)';
      case 'O':
        return '(GMT(?:[+-][\\d:]+)?)';
      case 'X':
      case 'x':
      case 'Z':
        return '(Z|GMT(?:[+-]\\d{2}:\\d{2})?|[+-]\\d{2}(?::?\\d{2})?)';
      default:
        throw unsupported(letter);
    }
  };
  return [new RegExp(`^${tokens(pattern).map(source).join('')}$`), letters];
}

function parsed(text, pattern, zone) {
  const [expression, letters] = matcher(pattern);
  const found = expression.exec(text);
  const refusal = new Error(`Text '${text}' could not be parsed by the pattern ${pattern}`);
  if (!found) {
    throw refusal;
  }
  const field = {};
  letters.forEach((letter, index) => {
    field[letter] = found[index + 1] ?? field[letter];
  });
  const hour = hourOf(field);
  const month = monthOf(field.M ?? field.L);
  const year = field.y ?? field.u;
  const at = field.V ?? field.z ?? field.O ?? field.X ?? field.x ?? field.Z ?? zone;
  if ([year, month, field.d, hour, at].includes(undefined)) {
    throw refusal;
  }
  const [minute, second] = [Number(field.m ?? 0), Number(field.s ?? 0)];
  if (month > 12 || month < 1 || field.d < 1 || field.d > 31 || hour > 23 || minute > 59 || second > 59) {
    throw refusal;
  }
  const fullYear = year.length === 2 ? 2000 + Number(year) : Number(year);
  // A day that the month does not have is its last.
  const day = Math.min(field.d, new Date(Date.UTC(fullYear, month, 0)).getUTCDate());
  const milliSeconds = Math.trunc(Number(`0.${field.S ?? 0}`) * 1000 + Number(field.n ?? 0) / 1e6);
  const local = Date.UTC(fullYear, month - 1, day, hour, minute, second, milliSeconds);
  const guess = local - offsetSeconds(at, local) * 1000;
  return local - offsetSeconds(at, guess) * 1000;
}

function hourOf(field) {
  if (field.H !== undefined || field.k !== undefined) {
    return field.H === undefined ? field.k % 24 : Number(field.H);
  }
  const half = field.K ?? field.h;
  return half === undefined || !field.a ? undefined : (half % 12) + (field.a === 'PM' ? 12 : 0);
}

function monthOf(text) {
  if (text === undefined || /^\d+$/.test(text)) {
    return text && Number(text);
  }
  return MONTHS.findIndex((name) => name.startsWith(text)) + 1;
}

export const time = {
  nowISO8601: () => new Date().toISOString(),
  nowEpochSeconds: () => Math.floor(Date.now() / 1000),
  nowEpochMilliSeconds: () => Date.now(),
  nowFormatted: (pattern, zone) => formatted(Date.now(), pattern, zone),
  parseFormattedToEpochMilliSeconds: parsed,
  parseISO8601ToEpochMilliSeconds: (text) => {
    if (!ISO.test(text)) {
      throw new Error(`Text '${text}' could not be parsed`);
    }
    return Date.parse(text.replace(',', '.').replace(/([+-]\d{2})$/, '$1:00'));
  },
  epochMilliSecondsToSeconds: (milliSeconds) => Math.floor(milliSeconds / 1000),
  epochMilliSecondsToISO8601: (milliSeconds) => new Date(milliSeconds).toISOString(),
  epochMilliSecondsToFormatted: formatted,
};
