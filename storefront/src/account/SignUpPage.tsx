import { signUp } from 'aws-amplify/auth';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';

import { Page } from '../page/Page';
import { useSubmission } from '../page/useSubmission';
import { texts } from '../texts';
import { AccountForm } from './AccountForm';
import { accountFailureOf } from './failures';
import { EmailField, NewPasswordField } from './fields';
import { useWay } from './useWay';

export function SignUpPage() {
  const way = useWay();
  const [, navigate] = useLocation();
  const [email, setEmail] = useState(way.email);
  const [password, setPassword] = useState('');
  const { isBusy, failure, submit } = useSubmission(accountFailureOf);

  const onSubmit = () => {
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
      <AccountForm
        isBusy={isBusy}
        failure={failure}
        onSubmit={onSubmit}
        submit={[texts.account.signUp, texts.account.signingUp]}
      >
        <EmailField value={email} failure={failure} onValue={setEmail} />
        <NewPasswordField value={password} failure={failure} onValue={setPassword} />
      </AccountForm>
      <p className="beside">
        {texts.account.haveAccount}{' '}
        <Link href="/sign-in" state={{ ...way, email }}>
          {texts.account.signIn}
        </Link>
      </p>
    </Page>
  );
}
