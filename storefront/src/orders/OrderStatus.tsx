import { isDeleted, type Order } from '../api/versions';
import { texts } from '../texts';

/** The status as a chip: by its words, its mark and its colour. */
export function OrderStatus({ order }: { readonly order: Order }) {
  const kind = isDeleted(order) ? 'DELETED' : order.status;
  return (
    <span className={`chip chip-${kind}`}>
      <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
        <path d={MARKS[kind]} />
      </svg>
      {kind === 'DELETED' ? texts.order.deleted : texts.order.statuses[kind]}
    </span>
  );
}

const MARKS = {
  PENDING: 'M8 3v5l3 2',
  PAID: 'M3 8.5l3.3 3.3L13 5',
  PAYMENT_FAILED: 'M8 3v6M8 12.2v.3',
  DELETED: 'M4 4l8 8M12 4l-8 8',
};
