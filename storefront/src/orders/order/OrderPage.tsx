import { useApolloClient } from '@apollo/client/react';
import { useState } from 'react';
import { useLocation } from 'wouter';

import { DeleteOrderDocument, RetryPaymentDocument } from '../../api/generated';
import { isDeleted, type Order } from '../../api/versions';
import { Failure } from '../../page/Failure';
import { focusContent } from '../../page/focus';
import { useTell } from '../../page/Notices';
import { Page } from '../../page/Page';
import { Skeletons } from '../../page/Skeletons';
import { useSubmission } from '../../page/useSubmission';
import { texts } from '../../texts';
import { ChangeForm } from './ChangeForm';
import { DeleteDialog } from './DeleteDialog';
import { Facts } from './Facts';
import { useOrder } from './useOrder';
import { useRefusal } from './useRefusal';

/** One order as it changes, and what its customer can do with it. */
export function OrderPage({ id }: { readonly id: string }) {
  const { order, isReading, isBeingSaved, isMissing, refusal, readAnew } = useOrder(id);
  const page = { back: { href: '/orders', text: texts.order.back }, isNarrow: true };
  if (isMissing) {
    return (
      <Page title={texts.order.notFound} {...page}>
        <p>{texts.order.notFoundHint}</p>
      </Page>
    );
  }
  if (order === null) {
    return (
      <Page title={texts.order.pageTitle} {...page}>
        {refusal && <Failure refusal={refusal} onRetry={readAnew} />}
        {(isReading || isBeingSaved) && <Skeletons label={texts.order.loading} />}
        {isBeingSaved && <p role="status">{texts.order.perhapsBeingSaved}</p>}
      </Page>
    );
  }
  return (
    <Page title={texts.order.heading(order.quantity, order.name)} lead={order.restaurantId} {...page}>
      <Facts order={order} isBeingSaved={isBeingSaved} />
      {!isDeleted(order) && <Actions order={order} />}
      {/* Behind what is known, which does not move then. */}
      {refusal && <Failure refusal={refusal} onRetry={readAnew} />}
    </Page>
  );
}

// The API takes a retry of what has been pending for that long.
const STUCK_AFTER_MS = 15 * 60_000;

function Actions({ order }: { readonly order: Order }) {
  const client = useApolloClient();
  const [, navigate] = useLocation();
  const tell = useTell();
  const [isChanging, setIsChanging] = useState(false);
  const [isAsking, setIsAsking] = useState(false);
  const [openedAt] = useState(() => Date.now());
  const { isBusy, failure, submit } = useSubmission(useRefusal());
  const isFailed = order.status === 'PAYMENT_FAILED';
  const isStuck =
    order.status === 'PENDING' && openedAt - new Date(order.updatedAt).getTime() > STUCK_AFTER_MS;

  const retry = async () => {
    await client.mutate({ mutation: RetryPaymentDocument, variables: { id: order.id } });
    focusContent();
  };
  const remove = async () => {
    await client.mutate({ mutation: DeleteOrderDocument, variables: { id: order.id } });
    navigate('/orders');
    tell(texts.remove.done);
  };

  if (isChanging) {
    return (
      <ChangeForm
        order={order}
        onClose={() => {
          setIsChanging(false);
          focusContent();
        }}
      />
    );
  }
  return (
    <>
      {failure && <Failure refusal={failure} />}
      {isStuck && <p>{texts.order.stuck}</p>}
      <div className="actions">
        {/* First, as it is always there: what comes with an outcome moves nothing from under a finger. */}
        <button
          type="button"
          className="button button-danger"
          onClick={() => {
            setIsAsking(true);
          }}
        >
          {texts.remove.action}
        </button>
        {(isFailed || isStuck) && (
          <button
            type="button"
            className="button button-primary"
            aria-disabled={isBusy}
            onClick={() => void submit(retry)}
          >
            {isBusy ? texts.order.retrying : texts.order.retry}
          </button>
        )}
        {isFailed && (
          <button
            type="button"
            className="button"
            onClick={() => {
              setIsChanging(true);
            }}
          >
            {texts.order.change}
          </button>
        )}
      </div>
      {isAsking && (
        <DeleteDialog
          status={order.status}
          onConfirm={remove}
          onClose={() => {
            setIsAsking(false);
          }}
        />
      )}
    </>
  );
}
