import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';

import { countOf } from '../basket/basket';
import { LivenessSign } from '../orders/Live';
import { texts } from '../texts';
import { CONTENT } from './focus';
import { useTell } from './Notices';
import { useBasket, useServices, useSession } from './services';

export function Layout({ children }: { readonly children: ReactNode }) {
  const { config } = useServices();
  return (
    <>
      <a className="skip-link" href={`#${CONTENT}`}>
        {texts.skipLink}
      </a>
      <Header />
      <main id={CONTENT} tabIndex={-1}>
        {children}
      </main>
      <footer className="footer">
        <span>{texts.stage(config.stage)}</span>
        {config.local && <a href={config.local.mailboxUrl}>{texts.mailbox}</a>}
      </footer>
      <LivenessSign />
    </>
  );
}

function Header() {
  const items = countOf(useBasket());
  const session = useSession();
  return (
    <header className="header">
      <div className="header-row">
        <Link href="/" className="brand">
          <img src="/favicon.svg" alt="" width="28" height="28" />
          {texts.brand}
        </Link>
        <nav aria-label={texts.navigation}>
          <ul className="navigation">
            <NavigationLink href="/">{texts.menu.link}</NavigationLink>
            <NavigationLink href="/orders">{texts.history.link}</NavigationLink>
            {session.kind === 'signed-in' && session.customer.isStaff && (
              <NavigationLink href="/staff">{texts.staff.link}</NavigationLink>
            )}
            <NavigationLink href="/basket">
              {texts.basket.link}
              <span className={items > 0 ? 'badge' : 'badge badge-empty'} aria-hidden="true">
                {items}
              </span>
              <span className="visually-hidden">{texts.basket.holds(items)}</span>
            </NavigationLink>
          </ul>
        </nav>
        <div className="account">
          <Account />
        </div>
      </div>
    </header>
  );
}

interface NavigationLinkProps {
  readonly href: string;
  readonly children: ReactNode;
}

function NavigationLink({ href, children }: NavigationLinkProps) {
  const [location] = useLocation();
  const isHere = href === '/' ? location === '/' : location.startsWith(href);
  return (
    <li>
      <Link href={href} aria-current={isHere ? 'page' : undefined}>
        {children}
      </Link>
    </li>
  );
}

function Account() {
  const { session } = useServices();
  const state = useSession();
  const tell = useTell();
  const [location, navigate] = useLocation();
  if (state.kind === 'reading') return <span className="skeleton skeleton-short" />;
  if (state.kind === 'signed-out') {
    return (
      <Link href="/sign-in" state={{ to: location.startsWith('/sign-in') ? '/' : location }}>
        {texts.account.signIn}
      </Link>
    );
  }
  const signOut = async () => {
    await session.signOut();
    navigate('/');
    tell(texts.account.signedOut);
  };
  return (
    <>
      <span className="account-email" title={texts.account.signedInAs(state.customer.email)}>
        {state.customer.email}
      </span>
      <button type="button" className="button button-quiet" onClick={() => void signOut()}>
        {texts.account.signOut}
      </button>
    </>
  );
}
