import { isDeleted, type Order } from '../../api/versions';
import { texts } from '../../texts';
import { OrderStatus } from '../OrderStatus';
import { Time } from '../Time';

interface Props {
  readonly order: Order;
  readonly isBeingSaved: boolean;
}

/** What is known of the order, its status first; that is spoken when it changes. */
export function Facts({ order, isBeingSaved }: Props) {
  return (
    <>
      <section className={`status-card status-card-${isDeleted(order) ? 'DELETED' : order.status}`}>
        <div aria-live="polite">
          <h2 className="visually-hidden">{texts.order.status}</h2>
          <OrderStatus order={order} />
          <p>{explained(order, isBeingSaved)}</p>
          {order.status === 'PAYMENT_FAILED' && order.statusReason && (
            <p className="reason">{texts.order.reason(order.statusReason)}</p>
          )}
        </div>
        <Steps order={order} />
      </section>
      <dl className="facts">
        <dt>{texts.order.addOns}</dt>
        <dd>{order.addOns.length > 0 ? order.addOns.join(', ') : texts.order.none}</dd>
        <dt>{texts.order.placed}</dt>
        <dd>
          <Time of={order.placedAt} />
        </dd>
        <dt>{texts.order.updated}</dt>
        <dd>
          <Time of={order.updatedAt} />
        </dd>
        <dt>{texts.order.version}</dt>
        <dd>{order.version}</dd>
        <dt>{texts.order.number}</dt>
        <dd className="order-number">{order.id}</dd>
      </dl>
    </>
  );
}

/** One sentence or two whatever happens, so that nothing below it moves. */
function explained(order: Order, isBeingSaved: boolean): string {
  if (isDeleted(order)) return texts.order.explainedDeleted;
  return isBeingSaved ? texts.order.beingSaved : texts.order.explained[order.status];
}

/** How far it is: the words beside it say the same. */
function Steps({ order }: { readonly order: Order }) {
  const { stepPlaced, stepPayment, stepDone } = texts.order;
  const payment = { PENDING: 'now', PAID: 'done', PAYMENT_FAILED: 'failed' }[order.status];
  return (
    <ol className="steps" aria-hidden="true">
      <li className="step-done">{stepPlaced}</li>
      <li className={`step-${payment}`}>{stepPayment}</li>
      <li className={order.status === 'PAID' ? 'step-done' : 'step-next'}>{stepDone}</li>
    </ol>
  );
}
