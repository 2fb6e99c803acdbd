import { type ReactNode, useEffect, useRef } from 'react';

interface Props {
  readonly id: string;
  readonly children: ReactNode;
}

/** The heading of what takes the place of a button that was pressed: the keyboard goes on from there. */
export function TakenTo({ id, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  return (
    <h2 id={id} ref={heading} tabIndex={-1}>
      {children}
    </h2>
  );
}
