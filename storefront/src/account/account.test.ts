import { describe, expect, it } from 'vitest';

import { texts } from '../texts';
import { accountFailureOf, textAt, UnsupportedStep } from './failures';
import { rulesOf } from './password';

const named = (name: string, message = 'No.') => Object.assign(new Error(message), { name });
const { errors, rules } = texts.account;

describe('a failure of Cognito', () => {
  it.each([
    [named('NotAuthorizedException'), null, errors.wrong],
    [named('UsernameExistsException'), 'email', errors.exists],
    [named('CodeMismatchException'), 'code', errors.code],
    [named('ExpiredCodeException'), 'code', errors.codeExpired],
    [named('InvalidPasswordException'), 'password', errors.password],
    [named('InvalidParameterException', 'Invalid email address format.'), 'email', errors.email],
    [named('InvalidParameterException', 'Too strange.'), null, errors.other('Too strange.')],
    [named('LimitExceededException'), null, errors.tooMany],
    [named('NetworkError'), null, errors.noAnswer],
    [named('EmptySignInPassword'), 'password', errors.missing],
    [new UnsupportedStep(), null, errors.unsupported],
    [named('NewException'), null, errors.other('No.')],
    ['rubbish', null, errors.other('rubbish')],
  ] as const)('is told where it belongs (case %#)', (error, field, text) => {
    const failure = accountFailureOf(error);
    expect(failure).toEqual({ field, text });
    expect(textAt(failure, field)).toBe(text);
    expect(textAt(failure, field === 'code' ? 'email' : 'code')).toBe('');
  });
});

describe('the password policy', () => {
  const policy = {
    minimumLength: 8,
    requireLowercase: true,
    requireNumbers: true,
    requireSymbols: true,
    requireUppercase: true,
  };
  const unmet = (password: string) =>
    rulesOf(policy, password)
      .filter(({ isMet }) => !isMet)
      .map(({ text }) => text);

  it.each([
    ['Abcdef-1', []],
    ['Abcde-1', [rules.length(8)]],
    ['ABCDEF-1', [rules.lowercase]],
    ['abcdef-1', [rules.uppercase]],
    ['Abcdef--', [rules.numbers]],
    ['Abcdefg1', [rules.symbols]],
    // A space counts between other characters alone.
    ['Abcd efg1', []],
    [' Abcdefg1 ', [rules.symbols]],
  ])('of %o says what is missing', (password, missing) => {
    expect(unmet(password)).toEqual(missing);
  });

  it('asks for nothing that the pool does not', () => {
    const lenient = { ...policy, requireLowercase: false, requireUppercase: false, requireNumbers: false, requireSymbols: false };
    expect(rulesOf(lenient, '')).toEqual([{ text: rules.length(8), isMet: false }]);
  });
});
