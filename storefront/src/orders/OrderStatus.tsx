import { isDeleted, type Order } from '../api/versions';
import { texts } from '../texts';

/** The status as a chip: by its words, its mark and its colour. */
export function OrderStatus({ order }: { readonly order: Order }) {
  const kind = isDeleted(order) ? 'DELETED' : order.status;
  return (
    <span className={`chip chip-${kind}`}>
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <path d={MARKS[kind]} />
      </svg>
      {kind === 'DELETED' ? texts.order.deleted : texts.order.statuses[kind]}
    </span>
  );
}

const MARKS = {
  PENDING: 'M14 8A6 6 0 1 1 8 2a6 6 0 0 1 6 6ZM8 4.8V8l2.2 1.5',
  PAID: 'M14 8A6 6 0 1 1 8 2a6 6 0 0 1 6 6ZM5.4 8.3l1.9 1.8 3.4-3.9',
  PAYMENT_FAILED: 'M14 8A6 6 0 1 1 8 2a6 6 0 0 1 6 6ZM8 4.9v3.6M8 11v.1',
  DELETED: 'M4 4l8 8M12 4l-8 8',
};
