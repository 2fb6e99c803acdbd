import { fieldOf, type Refusal, toldOf } from '../api/errors';
import { Quantity } from '../menu/Quantity';
import { focusContent } from '../page/focus';
import { useTell } from '../page/Notices';
import { useCustomer, useServices } from '../page/services';
import { texts } from '../texts';
import { changeQuantity, isSent, type Line, remove } from './basket';

interface Props {
  readonly line: Line;
  readonly isPlacing: boolean;
  /** Why it was not placed; null where that is not so. */
  readonly refusal: Refusal | null;
}

/** A line of the basket: what was sent without an answer stays as it was sent. */
export function BasketLine({ line, isPlacing, refusal }: Props) {
  const { basket } = useServices();
  const customer = useCustomer();
  const tell = useTell();
  const isLocked = isSent(line, customer?.id ?? null);
  const field = refusal && fieldOf(refusal);
  const told = refusal ? toldOf(refusal) : '';
  return (
    <article className="line">
      <h2>{line.name}</h2>
      <p className="line-what">{[line.restaurantId, ...line.addOns].join(' · ')}</p>
      <Quantity
        of={line.name}
        value={line.quantity}
        isLocked={isLocked}
        error={field === 'quantity' ? told : ''}
        onChange={(quantity) => {
          basket.change((before) => changeQuantity(before, line.key, quantity));
        }}
      />
      <button
        type="button"
        className="button button-quiet"
        aria-label={texts.basket.removeOf(line.name)}
        disabled={isPlacing}
        onClick={() => {
          basket.change((before) => remove(before, line.key));
          tell(texts.basket.removed(line.name));
          focusContent();
        }}
      >
        {texts.basket.remove}
      </button>
      {refusal && field !== 'quantity' && (
        <p className="field-error" role="alert">
          {told}
        </p>
      )}
      {isLocked && !isPlacing && (
        <p className="line-sent" role="alert">
          {texts.basket.unknown}
        </p>
      )}
    </article>
  );
}
