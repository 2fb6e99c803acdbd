import { autoSignIn, confirmSignUp, resendSignUpCode } from 'aws-amplify/auth';
import { useState } from 'react';
import { Redirect, useLocation } from 'wouter';

import { useTell } from '../page/Notices';
import { Page } from '../page/Page';
import { useServices, useSession } from '../page/services';
import { useSubmission } from '../page/useSubmission';
import { texts } from '../texts';
import { AccountForm } from './AccountForm';
import { accountFailureOf } from './failures';
import { CodeField, EmailField } from './fields';
import { MailboxLink } from './MailboxLink';
import { useWay } from './useWay';

/** The code that was mailed after signing up; then the customer is signed in, where the page can do that. */
export function ConfirmPage() {
  const { session } = useServices();
  const state = useSession();
  const way = useWay();
  const tell = useTell();
  const [, navigate] = useLocation();
  const [email, setEmail] = useState(way.email);
  const [code, setCode] = useState('');
  const { isBusy, failure, submit } = useSubmission(accountFailureOf);
  const username = email.trim();

  const onSubmit = () => {
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
      <MailboxLink />
      <AccountForm
        isBusy={isBusy}
        failure={failure}
        onSubmit={onSubmit}
        submit={[texts.account.confirm, texts.account.confirming]}
        further={
          <button
            type="button"
            className="button button-quiet"
            aria-disabled={isBusy}
            onClick={() => void submit(resend)}
          >
            {texts.account.resend}
          </button>
        }
      >
        {way.email === '' && <EmailField value={email} failure={failure} onValue={setEmail} />}
        <CodeField value={code} failure={failure} onValue={setCode} />
      </AccountForm>
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
