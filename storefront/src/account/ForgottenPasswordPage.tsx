import { confirmResetPassword, resetPassword } from 'aws-amplify/auth';
import { useState } from 'react';
import { useLocation } from 'wouter';

import { Page } from '../page/Page';
import { useSubmission } from '../page/useSubmission';
import { texts } from '../texts';
import { AccountForm } from './AccountForm';
import { accountFailureOf } from './failures';
import { CodeField, EmailField, NewPasswordField } from './fields';
import { MailboxLink } from './MailboxLink';
import { useWay } from './useWay';

/** A code first, then by it a new password. */
export function ForgottenPasswordPage() {
  const way = useWay();
  const [, navigate] = useLocation();
  const [email, setEmail] = useState(way.email);
  const [isSent, setIsSent] = useState(false);
  const [code, setCode] = useState('');
  const [password, setPassword] = useState('');
  const { isBusy, failure, submit } = useSubmission(accountFailureOf);
  const username = email.trim();

  const send = async () => {
    await resetPassword({ username });
    setIsSent(true);
  };
  const set = async () => {
    await confirmResetPassword({ username, confirmationCode: code.trim(), newPassword: password });
    navigate('/sign-in', { state: { ...way, email: username, done: texts.account.passwordSet } });
  };
  const onSubmit = () => {
    void submit(isSent ? set : send);
  };
  const lead = isSent ? texts.account.codeSent(username) : texts.account.forgottenLead;
  return (
    <Page title={texts.account.forgottenHeading} isNarrow>
      <p className="lead" role="status">
        {lead}
      </p>
      {isSent && <MailboxLink />}
      <AccountForm
        isBusy={isBusy}
        failure={failure}
        onSubmit={onSubmit}
        submit={
          isSent
            ? [texts.account.setPassword, texts.account.setting]
            : [texts.account.sendCode, texts.account.sending]
        }
        further={
          isSent && (
            <button
              type="button"
              className="button button-quiet"
              onClick={() => {
                setIsSent(false);
              }}
            >
              {texts.account.otherAddress}
            </button>
          )
        }
      >
        {isSent ? (
          <>
            <CodeField value={code} failure={failure} onValue={setCode} />
            <NewPasswordField value={password} failure={failure} onValue={setPassword} />
          </>
        ) : (
          <EmailField value={email} failure={failure} onValue={setEmail} />
        )}
      </AccountForm>
    </Page>
  );
}
