import { useId } from 'react';

import { texts } from '../texts';

interface Props {
  /** What it is the quantity of. */
  readonly of: string;
  readonly value: number;
  /** What is wrong with it; empty where nothing is. */
  readonly error?: string;
  readonly isLocked?: boolean;
  readonly onChange: (quantity: number) => void;
}

const MOST = 100;
// More digits than any order has: what is beyond the limits is the API's to refuse, by its own rule.
const DIGITS = /^\d{1,3}$/;

/** A number of pieces, by its buttons or by the keyboard. */
export function Quantity({ of, value, error = '', isLocked = false, onChange }: Props) {
  const id = useId();
  return (
    <div className="quantity" role="group" aria-label={`${texts.quantity.label}: ${of}`}>
      <button
        type="button"
        aria-label={texts.quantity.less}
        disabled={isLocked || value <= 1}
        onClick={() => {
          onChange(value - 1);
        }}
      >
        −
      </button>
      <input
        aria-label={texts.quantity.label}
        aria-invalid={error === '' ? undefined : true}
        aria-describedby={error === '' ? undefined : id}
        inputMode="numeric"
        autoComplete="off"
        disabled={isLocked}
        value={value}
        onFocus={({ currentTarget }) => {
          currentTarget.select();
        }}
        onChange={({ currentTarget }) => {
          if (DIGITS.test(currentTarget.value)) onChange(Number(currentTarget.value));
        }}
      />
      <button
        type="button"
        aria-label={texts.quantity.more}
        disabled={isLocked || value >= MOST}
        onClick={() => {
          onChange(value + 1);
        }}
      >
        +
      </button>
      {error !== '' && (
        <p className="field-error" id={id} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
