import { resendSignUpCode, signIn } from 'aws-amplify/auth';
import { useState } from 'react';
import { Link, Redirect, useLocation } from 'wouter';

import { Page } from '../page/Page';
import { useBasket, useServices, useSession } from '../page/services';
import { useSubmission } from '../page/useSubmission';
import { texts } from '../texts';
import { AccountForm } from './AccountForm';
import { accountFailureOf, UnsupportedStep } from './failures';
import { EmailField, PasswordField } from './fields';
import { useWay } from './useWay';

export function SignInPage() {
  const { session } = useServices();
  const state = useSession();
  const basket = useBasket();
  const way = useWay();
  const [, navigate] = useLocation();
  const [email, setEmail] = useState(way.email);
  const [password, setPassword] = useState('');
  const { isBusy, failure, submit } = useSubmission(accountFailureOf);

  const onSubmit = () => {
    void submit(async () => {
      const { nextStep } = await signIn({ username: email.trim(), password });
      switch (nextStep.signInStep) {
        case 'DONE':
          await session.read();
          return;
        case 'CONFIRM_SIGN_UP':
          await resendSignUpCode({ username: email.trim() });
          navigate('/confirm', { state: { ...way, email: email.trim() } });
          return;
        case 'RESET_PASSWORD':
          navigate('/forgotten-password', { state: { ...way, email: email.trim() } });
          return;
        default:
          throw new UnsupportedStep();
      }
    });
  };

  if (state.kind === 'signed-in') return <Redirect to={way.to} replace />;
  const hasEnded = state.kind === 'signed-out' && state.hasEnded;
  return (
    <Page title={texts.account.signInHeading} isNarrow>
      {hasEnded && (
        <p className="alert alert-bad" role="alert">
          {texts.account.expired}
        </p>
      )}
      {way.done !== '' && (
        <p className="alert alert-good" role="status">
          {way.done}
        </p>
      )}
      {!hasEnded && basket.length > 0 && <p className="hint">{texts.account.basketKept}</p>}
      <AccountForm
        isBusy={isBusy}
        failure={failure}
        onSubmit={onSubmit}
        submit={[texts.account.signIn, texts.account.signingIn]}
      >
        <EmailField value={email} failure={failure} onValue={setEmail} />
        <PasswordField value={password} failure={failure} onValue={setPassword} />
      </AccountForm>
      <p className="beside">
        <Link href="/forgotten-password" state={{ ...way, email, done: '' }}>
          {texts.account.forgottenLink}
        </Link>
      </p>
      <p className="beside">
        {texts.account.noAccount}{' '}
        <Link href="/sign-up" state={{ ...way, email, done: '' }}>
          {texts.account.signUpLink}
        </Link>
      </p>
    </Page>
  );
}
