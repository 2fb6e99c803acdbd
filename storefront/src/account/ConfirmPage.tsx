import { autoSignIn, confirmSignUp, resendSignUpCode } from 'aws-amplify/auth';
import { type SubmitEvent, useState } from 'react';
import { Redirect, useLocation } from 'wouter';

import { Field } from '../page/Field';
import { useTell } from '../page/Notices';
import { Page } from '../page/Page';
import { useServices, useSession } from '../page/services';
import { useSubmission } from '../page/useSubmission';
import { texts } from '../texts';
import { accountFailureOf, textAt } from './failures';
import { useWay } from './useWay';

/** The code that was mailed after signing up; then the customer is signed in, where the page can do that. */
export function ConfirmPage() {
  const { config, session } = useServices();
  const state = useSession();
  const way = useWay();
  const tell = useTell();
  const [, navigate] = useLocation();
  const [email, setEmail] = useState(way.email);
  const [code, setCode] = useState('');
  const { isBusy, failure, submit } = useSubmission(accountFailureOf);
  const username = email.trim();

  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    void submit(async () => {
      const { nextStep } = await confirmSignUp({ username, confirmationCode: code.trim() });
      if (nextStep.signUpStep === 'COMPLETE_AUTO_SIGN_IN' && (await isSignedIn())) {
        tell(texts.account.confirmed);
        await session.read();
        return;
      }
      const done = texts.account.confirmedSignIn;
      navigate('/sign-in', { state: { ...way, email: username, done } });
    });
  };
  const resend = async () => {
    await resendSignUpCode({ username });
    tell(texts.account.resent);
  };

  if (state.kind === 'signed-in') return <Redirect to={way.to} replace />;
  const lead = way.email === '' ? texts.account.confirmLeadUnknown : texts.account.confirmLead(way.email);
  return (
    <Page title={texts.account.confirmHeading} lead={lead} isNarrow>
      {config.local && (
        <p className="hint">
          <a href={config.local.mailboxUrl} target="_blank" rel="noreferrer">
            {texts.mailbox}
          </a>
        </p>
      )}
      <form className="card form" onSubmit={onSubmit} noValidate>
        {way.email === '' && (
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
        )}
        <Field
          label={texts.account.code}
          inputMode="numeric"
          autoComplete="one-time-code"
          value={code}
          error={textAt(failure, 'code')}
          onChange={({ currentTarget }) => {
            setCode(currentTarget.value);
          }}
        />
        {textAt(failure, null) !== '' && (
          <p className="field-error" role="alert">
            {textAt(failure, null)}
          </p>
        )}
        <button type="submit" className="button button-primary button-large" aria-disabled={isBusy}>
          {isBusy ? texts.account.confirming : texts.account.confirm}
        </button>
        <button
          type="button"
          className="button button-quiet"
          aria-disabled={isBusy}
          onClick={() => void submit(resend)}
        >
          {texts.account.resend}
        </button>
      </form>
    </Page>
  );
}

/** After a reload the password is not here any more: the customer signs in then. */
async function isSignedIn(): Promise<boolean> {
  try {
    return (await autoSignIn()).isSignedIn;
  } catch {
    return false;
  }
}
