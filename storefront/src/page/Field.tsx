import { type ComponentProps, useId } from 'react';

interface Props extends Omit<ComponentProps<'input'>, 'id' | 'className'> {
  readonly label: string;
  /** What is wrong with it; empty where nothing is. */
  readonly error?: string;
  /** The id of a further description. */
  readonly describedBy?: string;
}

/** A labelled input, which says itself what is wrong with it. */
export function Field({ label, error = '', describedBy, ...input }: Props) {
  const id = useId();
  const errorId = `${id}-error`;
  const described = [error === '' ? undefined : errorId, describedBy].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        {...input}
        id={id}
        aria-invalid={error === '' ? undefined : true}
        aria-describedby={described === '' ? undefined : described}
      />
      {error !== '' && (
        <p className="field-error" id={errorId} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
