import { isDeleted, type Order } from '../api/versions';
import { TakenTo } from '../page/TakenTo';
import { texts } from '../texts';
import { OrderStatus } from './OrderStatus';

interface Props {
  readonly yours: Pick<Order, 'quantity' | 'addOns'>;
  /** Null where it was deleted. */
  readonly now: Order | null;
  readonly isBusy: boolean;
  readonly onApply: () => void;
  readonly onKeep: () => void;
}

/** Shows a conflict as what it is: two changes of one order, of which the customer chooses. */
export function Conflict({ yours, now, isBusy, onApply, onKeep }: Props) {
  const isGone = now === null || isDeleted(now);
  const canApply = !isGone && now.status === 'PAYMENT_FAILED';
  return (
    <section className="card conflict" role="alert" aria-labelledby="conflict-heading">
      <TakenTo id="conflict-heading">{texts.change.conflictHeading}</TakenTo>
      {isGone ? (
        <p>{texts.change.gone}</p>
      ) : (
        <>
          <p>{texts.change.conflictLead}</p>
          <div className="versions">
            <Version heading={texts.change.yours} of={yours} />
            <Version heading={texts.change.now} of={now}>
              <OrderStatus order={now} />
            </Version>
          </div>
          {!canApply && <p>{texts.change.tooLate(texts.order.statuses[now.status])}</p>}
        </>
      )}
      <div className="actions">
        {canApply && (
          <button type="button" className="button button-primary" aria-disabled={isBusy} onClick={onApply}>
            {isBusy ? texts.change.saving : texts.change.apply}
          </button>
        )}
        <button type="button" className="button" onClick={onKeep}>
          {canApply ? texts.change.keep : texts.change.close}
        </button>
      </div>
    </section>
  );
}

interface VersionProps {
  readonly heading: string;
  readonly of: Pick<Order, 'quantity' | 'addOns'>;
  readonly children?: React.ReactNode;
}

function Version({ heading, of, children }: VersionProps) {
  return (
    <div>
      <h3>{heading}</h3>
      <p>
        {texts.quantity.label}: {of.quantity}
      </p>
      <p>
        {texts.order.addOns}: {of.addOns.length > 0 ? of.addOns.join(', ') : texts.order.none}
      </p>
      {children}
    </div>
  );
}
