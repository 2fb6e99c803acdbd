/** What the user pool's policy asks of a password: Cognito says no to what does not have it. */

import type { PasswordPolicy } from '../config';
import { texts } from '../texts';

export interface Rule {
  readonly text: string;
  readonly isMet: boolean;
}

// https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html
const SYMBOL = /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+-]|(?<=\S) (?=\S)/;

export function rulesOf(policy: PasswordPolicy, password: string): readonly Rule[] {
  const { rules } = texts.account;
  return [
    { text: rules.length(policy.minimumLength), isMet: password.length >= policy.minimumLength },
    ...(policy.requireLowercase ? [{ text: rules.lowercase, isMet: /[a-z]/.test(password) }] : []),
    ...(policy.requireUppercase ? [{ text: rules.uppercase, isMet: /[A-Z]/.test(password) }] : []),
    ...(policy.requireNumbers ? [{ text: rules.numbers, isMet: /[0-9]/.test(password) }] : []),
    ...(policy.requireSymbols ? [{ text: rules.symbols, isMet: SYMBOL.test(password) }] : []),
  ];
}
