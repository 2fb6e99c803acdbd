import { confirmResetPassword, resetPassword } from 'aws-amplify/auth';
import { type SubmitEvent, useState } from 'react';
import { useLocation } from 'wouter';

import { Field } from '../page/Field';
import { Page } from '../page/Page';
import { useServices } from '../page/services';
import { useSubmission } from '../page/useSubmission';
import { texts } from '../texts';
import { accountFailureOf, textAt } from './failures';
import { PasswordRules } from './PasswordRules';
import { useWay } from './useWay';

/** A code first, then by it a new password. */
export function ForgottenPasswordPage() {
  const { config } = useServices();
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
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    void submit(isSent ? set : send);
  };
  const [ready, busy] = isSent
    ? [texts.account.setPassword, texts.account.setting]
    : [texts.account.sendCode, texts.account.sending];
  const lead = isSent ? texts.account.codeSent(username) : texts.account.forgottenLead;
  return (
    <Page title={texts.account.forgottenHeading} isNarrow>
      <p className="lead" role="status">
        {lead}
      </p>
      {isSent && config.local && (
        <p className="hint">
          <a href={config.local.mailboxUrl} target="_blank" rel="noreferrer">
            {texts.mailbox}
          </a>
        </p>
      )}
      <form className="card form" onSubmit={onSubmit} noValidate>
        {isSent ? (
          <>
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
          </>
        ) : (
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
        {textAt(failure, null) !== '' && (
          <p className="field-error" role="alert">
            {textAt(failure, null)}
          </p>
        )}
        <button type="submit" className="button button-primary button-large" aria-disabled={isBusy}>
          {isBusy ? busy : ready}
        </button>
        {isSent && (
          <button
            type="button"
            className="button button-quiet"
            onClick={() => {
              setIsSent(false);
            }}
          >
            {texts.account.otherAddress}
          </button>
        )}
      </form>
    </Page>
  );
}
