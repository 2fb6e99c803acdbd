import { useId } from 'react';

import { texts } from '../texts';

interface Props {
  readonly offered: readonly string[];
  readonly chosen: readonly string[];
  /** What is wrong with them; empty where nothing is. */
  readonly error?: string;
  readonly onChange: (addOns: readonly string[]) => void;
}

/** Those of the menu, of which any may be chosen. */
export function AddOns({ offered, chosen, error = '', onChange }: Props) {
  const id = useId();
  if (offered.length === 0) return null;
  return (
    <fieldset className="add-ons" aria-describedby={error === '' ? undefined : id}>
      <legend>{texts.menu.addOns}</legend>
      {offered.map((addOn) => (
        <label key={addOn} className="add-on">
          <input
            type="checkbox"
            checked={chosen.includes(addOn)}
            onChange={({ currentTarget: { checked } }) => {
              // In the menu's order, so that the same choice is the same order.
              onChange(offered.filter((each) => (each === addOn ? checked : chosen.includes(each))));
            }}
          />
          {addOn}
        </label>
      ))}
      {error !== '' && (
        <p className="field-error" id={id} role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}
