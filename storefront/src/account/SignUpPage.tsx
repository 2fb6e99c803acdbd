import { signUp } from 'aws-amplify/auth';
import { type SubmitEvent, useState } from 'react';
import { Link, useLocation } from 'wouter';

import { Field } from '../page/Field';
import { Page } from '../page/Page';
import { useSubmission } from '../page/useSubmission';
import { texts } from '../texts';
import { accountFailureOf, textAt } from './failures';
import { PasswordRules } from './PasswordRules';
import { useWay } from './useWay';

export function SignUpPage() {
  const way = useWay();
  const [, navigate] = useLocation();
  const [email, setEmail] = useState(way.email);
  const [password, setPassword] = useState('');
  const { isBusy, failure, submit } = useSubmission(accountFailureOf);

  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    void submit(async () => {
      const username = email.trim();
      await signUp({
        username,
        password,
        // Keeps the password until the address is confirmed, in this page's memory alone.
        options: { userAttributes: { email: username }, autoSignIn: true },
      });
      navigate('/confirm', { state: { ...way, email: username } });
    });
  };

  return (
    <Page title={texts.account.signUpHeading} isNarrow>
      <form className="card form" onSubmit={onSubmit} noValidate>
        <Field
          label={texts.account.email}
          type="email"
          autoComplete="username"
          value={email}
          error={textAt(failure, 'email')}
          onChange={({ currentTarget }) => {
            setEmail(currentTarget.value);
          }}
        />
        <Field
          label={texts.account.newPassword}
          type="password"
          autoComplete="new-password"
          value={password}
          error={textAt(failure, 'password')}
          describedBy="password-rules"
          onChange={({ currentTarget }) => {
            setPassword(currentTarget.value);
          }}
        />
        <PasswordRules id="password-rules" password={password} />
        {textAt(failure, null) !== '' && (
          <p className="field-error" role="alert">
            {textAt(failure, null)}
          </p>
        )}
        <button type="submit" className="button button-primary button-large" aria-disabled={isBusy}>
          {isBusy ? texts.account.signingUp : texts.account.signUp}
        </button>
      </form>
      <p className="beside">
        {texts.account.haveAccount}{' '}
        <Link href="/sign-in" state={{ ...way, email }}>
          {texts.account.signIn}
        </Link>
      </p>
    </Page>
  );
}
