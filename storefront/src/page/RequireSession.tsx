import type { ReactNode } from 'react';
import { Redirect, useLocation } from 'wouter';

import { texts } from '../texts';
import { Page } from './Page';
import { useSession } from './services';
import { Skeletons } from './Skeletons';

interface Props {
  readonly title: string;
  readonly children: ReactNode;
}

/** Shows a page to who is signed in, and takes everybody else to sign in and back. */
export function RequireSession({ title, children }: Props) {
  const state = useSession();
  const [location] = useLocation();
  if (state.kind === 'signed-in') return children;
  if (state.kind === 'signed-out') return <Redirect to="/sign-in" replace state={{ to: location }} />;
  return (
    <Page title={title}>
      <Skeletons label={texts.history.loading} />
    </Page>
  );
}
