/** What Cognito's and Amplify's errors mean, and which field they are about. */

import { texts } from '../texts';

export interface AccountFailure {
  readonly field: 'email' | 'password' | 'code' | null;
  readonly text: string;
}

const { errors } = texts.account;

/** By the error's name, which is Cognito's exception or Amplify's own. */
const FAILURES: Readonly<Record<string, AccountFailure>> = {
  NotAuthorizedException: { field: null, text: errors.wrong },
  UserNotFoundException: { field: null, text: errors.wrong },
  UsernameExistsException: { field: 'email', text: errors.exists },
  CodeMismatchException: { field: 'code', text: errors.code },
  ExpiredCodeException: { field: 'code', text: errors.codeExpired },
  InvalidPasswordException: { field: 'password', text: errors.password },
  LimitExceededException: { field: null, text: errors.tooMany },
  TooManyRequestsException: { field: null, text: errors.tooMany },
  TooManyFailedAttemptsException: { field: null, text: errors.tooMany },
  NetworkError: { field: null, text: errors.noAnswer },
  EmptySignInUsername: { field: 'email', text: errors.missing },
  EmptySignInPassword: { field: 'password', text: errors.missing },
  EmptySignUpUsername: { field: 'email', text: errors.missing },
  EmptySignUpPassword: { field: 'password', text: errors.missing },
  EmptyConfirmSignUpUsername: { field: 'email', text: errors.missing },
  EmptyConfirmSignUpCode: { field: 'code', text: errors.missing },
  EmptyResendSignUpCodeUsername: { field: 'email', text: errors.missing },
  EmptyResetPasswordUsername: { field: 'email', text: errors.missing },
  EmptyConfirmResetPasswordUsername: { field: 'email', text: errors.missing },
  EmptyConfirmResetPasswordNewPassword: { field: 'password', text: errors.missing },
  EmptyConfirmResetPasswordConfirmationCode: { field: 'code', text: errors.missing },
};

export function accountFailureOf(error: unknown): AccountFailure {
  if (error instanceof UnsupportedStep) return { field: null, text: errors.unsupported };
  if (!(error instanceof Error)) return { field: null, text: errors.other(String(error)) };
  // Cognito tells of a malformed address as of any parameter.
  if (error.name === 'InvalidParameterException' && /email|username/i.test(error.message)) {
    return { field: 'email', text: errors.email };
  }
  return FAILURES[error.name] ?? { field: null, text: errors.other(error.message) };
}

/** What a form shows at a field of it; empty where the failure is about something else. */
export function textAt(failure: AccountFailure | null, field: AccountFailure['field']): string {
  return failure?.field === field ? failure.text : '';
}

/** The account signs in by something else than a password alone, such as a second factor. */
export class UnsupportedStep extends Error {}
