import { Field } from '../page/Field';
import { texts } from '../texts';
import { type AccountFailure, textAt } from './failures';
import { PasswordRules } from './PasswordRules';

interface Props {
  readonly value: string;
  readonly failure: AccountFailure | null;
  readonly onValue: (value: string) => void;
}

export function EmailField({ value, failure, onValue }: Props) {
  return (
    <Field
      label={texts.account.email}
      type="email"
      autoComplete="username"
      value={value}
      error={textAt(failure, 'email')}
      onChange={({ currentTarget }) => {
        onValue(currentTarget.value);
      }}
    />
  );
}

/** The code that was mailed. */
export function CodeField({ value, failure, onValue }: Props) {
  return (
    <Field
      label={texts.account.code}
      inputMode="numeric"
      autoComplete="one-time-code"
      value={value}
      error={textAt(failure, 'code')}
      onChange={({ currentTarget }) => {
        onValue(currentTarget.value);
      }}
    />
  );
}

export function NewPasswordField({ value, failure, onValue }: Props) {
  return (
    <>
      <Field
        label={texts.account.newPassword}
        type="password"
        autoComplete="new-password"
        value={value}
        error={textAt(failure, 'password')}
        describedBy="password-rules"
        onChange={({ currentTarget }) => {
          onValue(currentTarget.value);
        }}
      />
      <PasswordRules id="password-rules" password={value} />
    </>
  );
}
