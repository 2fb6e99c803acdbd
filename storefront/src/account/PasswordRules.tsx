import { useServices } from '../page/services';
import { texts } from '../texts';
import { rulesOf } from './password';

/** @param id by which the password's field is described. */
export function PasswordRules({ id, password }: { readonly id: string; readonly password: string }) {
  const { config } = useServices();
  return (
    <div className="rules" id={id}>
      <p>{texts.account.passwordRules}</p>
      <ul>
        {rulesOf(config.passwordPolicy, password).map(({ text, isMet }) => (
          <li key={text} className={isMet ? 'rule-met' : 'rule'}>
            {text}
            <span className="visually-hidden"> ({isMet ? texts.account.met : texts.account.notMet})</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
