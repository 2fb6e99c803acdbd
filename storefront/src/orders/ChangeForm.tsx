import { useApolloClient } from '@apollo/client/react';
import { type SubmitEvent, useState } from 'react';

import { fieldOf, type Refusal, toldOf } from '../api/errors';
import { UpdateOrderDocument } from '../api/generated';
import { isDeleted, type Order } from '../api/versions';
import { AddOns } from '../menu/AddOns';
import { addOnsOf } from '../menu/menu';
import { Quantity } from '../menu/Quantity';
import { Failure } from '../page/Failure';
import { useTell } from '../page/Notices';
import { TakenTo } from '../page/TakenTo';
import { useSubmission } from '../page/useSubmission';
import { texts } from '../texts';
import { Conflict } from './Conflict';
import { useRefusal } from './useRefusal';

interface Props {
  readonly order: Order;
  readonly onClose: () => void;
}

/** Changes an order whose payment failed, for the version that the customer saw when it was opened. */
export function ChangeForm({ order, onClose }: Props) {
  const client = useApolloClient();
  const tell = useTell();
  const [seen] = useState(order);
  const [quantity, setQuantity] = useState(seen.quantity);
  const [addOns, setAddOns] = useState(seen.addOns);
  const { isBusy, failure, submit } = useSubmission(useRefusal());
  const isChanged = quantity !== seen.quantity || addOns.join('\n') !== seen.addOns.join('\n');

  const save = async (version: number) => {
    const input = { id: order.id, version, quantity, addOns };
    await client.mutate({ mutation: UpdateOrderDocument, variables: { input } });
    tell(texts.change.saved);
    onClose();
  };

  if (failure?.kind === 'conflict' || isDeleted(order)) {
    return (
      <Conflict
        yours={{ quantity, addOns }}
        now={failure?.kind === 'conflict' && failure.order === null ? null : order}
        isBusy={isBusy}
        onApply={() => void submit(() => save(order.version))}
        onKeep={onClose}
      />
    );
  }
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    void submit(() => save(seen.version));
  };
  return (
    <form className="card change" onSubmit={onSubmit} aria-labelledby="change-heading" noValidate>
      <TakenTo id="change-heading">{texts.change.heading}</TakenTo>
      {order.version !== seen.version && <p role="status">{texts.change.changedMeanwhile}</p>}
      <Quantity of={order.name} value={quantity} error={errorAt('quantity', failure)} onChange={setQuantity} />
      <AddOns
        offered={[...new Set([...addOnsOf(order.restaurantId, order.name), ...seen.addOns])]}
        chosen={addOns}
        error={errorAt('addOns', failure)}
        onChange={setAddOns}
      />
      {failure && fieldOf(failure) === null && <Failure refusal={failure} />}
      <div className="actions">
        <button type="submit" className="button button-primary" aria-disabled={isBusy || !isChanged}>
          {isBusy ? texts.change.saving : texts.change.save}
        </button>
        <button type="button" className="button" onClick={onClose}>
          {texts.change.cancel}
        </button>
      </div>
    </form>
  );
}

function errorAt(field: 'quantity' | 'addOns', failure: Refusal | null): string {
  return failure !== null && fieldOf(failure) === field ? toldOf(failure) : '';
}
