import { Link, useLocation } from 'wouter';

import { type Refusal, toldOf } from '../api/errors';
import { texts } from '../texts';

interface Props {
  readonly refusal: Refusal;
  readonly onRetry?: () => void;
}

/** Says why something was refused, and what can be done. */
export function Failure({ refusal, onRetry }: Props) {
  const [location] = useLocation();
  return (
    <div className="alert alert-bad" role="alert">
      <p>{toldOf(refusal)}</p>
      {refusal.kind === 'expired' ? (
        <Link href="/sign-in" state={{ to: location }}>
          {texts.account.signIn}
        </Link>
      ) : (
        onRetry && (
          <button type="button" className="button" onClick={onRetry}>
            {texts.errors.retry}
          </button>
        )
      )}
    </div>
  );
}
