import type { ComponentProps } from 'react';

import { Field } from '../page/Field';
import { texts } from '../texts';
import { type AccountFailure, textAt } from './failures';
import { PasswordRules } from './PasswordRules';

interface Props {
  readonly value: string;
  readonly failure: AccountFailure | null;
  readonly onValue: (value: string) => void;
}

export function EmailField(props: Props) {
  return <AccountField of="email" label={texts.account.email} type="email" autoComplete="username" {...props} />;
}

export function PasswordField(props: Props) {
  return (
    <AccountField
      of="password"
      label={texts.account.password}
      type="password"
      autoComplete="current-password"
      {...props}
    />
  );
}

/** The code that was mailed. */
export function CodeField(props: Props) {
  return (
    <AccountField
      of="code"
      label={texts.account.code}
      inputMode="numeric"
      autoComplete="one-time-code"
      {...props}
    />
  );
}

export function NewPasswordField(props: Props) {
  return (
    <>
      <AccountField
        of="password"
        label={texts.account.newPassword}
        type="password"
        autoComplete="new-password"
        describedBy="password-rules"
        {...props}
      />
      <PasswordRules id="password-rules" password={props.value} />
    </>
  );
}

interface AccountFieldProps extends Props, Omit<ComponentProps<typeof Field>, 'value' | 'error' | 'onChange'> {
  /** Which field failures call it. */
  readonly of: AccountFailure['field'];
}

/** A field that says itself what of a failure is about it. */
function AccountField({ of, failure, onValue, ...field }: AccountFieldProps) {
  return (
    <Field
      {...field}
      error={textAt(failure, of)}
      onChange={({ currentTarget }) => {
        onValue(currentTarget.value);
      }}
    />
  );
}
