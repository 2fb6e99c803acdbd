import { type ReactNode, useEffect, useRef } from 'react';
import { Link } from 'wouter';

import { texts } from '../texts';

interface Props {
  readonly title: string;
  /** Under the heading. */
  readonly lead?: ReactNode;
  /** The page that this is a part of. */
  readonly back?: { readonly href: string; readonly text: string };
  readonly children: ReactNode;
  /** Forms and short texts read better in a narrow column. */
  readonly isNarrow?: boolean;
}

let isFirst = true;

/** A route's page: who comes to it by a link is taken to its heading, as by a load of the browser's own. */
export function Page({ title, lead, back, children, isNarrow = false }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = texts.title(title);
  }, [title]);
  useEffect(() => {
    if (!isFirst) {
      heading.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    isFirst = false;
  }, []);
  return (
    <div className={isNarrow ? 'page page-narrow' : 'page'}>
      {back && (
        <Link href={back.href} className="back">
          {back.text}
        </Link>
      )}
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {lead !== undefined && <p className="lead">{lead}</p>}
      {children}
    </div>
  );
}
