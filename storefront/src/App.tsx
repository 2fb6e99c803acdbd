import type { ApolloClient } from '@apollo/client';
import { ApolloProvider } from '@apollo/client/react';
import { Link, Route, Switch } from 'wouter';

import { ConfirmPage } from './account/ConfirmPage';
import { ForgottenPasswordPage } from './account/ForgottenPasswordPage';
import { SignInPage } from './account/SignInPage';
import { SignUpPage } from './account/SignUpPage';
import { BasketPage } from './basket/BasketPage';
import { MenuPage } from './menu/MenuPage';
import { HistoryPage } from './orders/HistoryPage';
import { LiveOrders } from './orders/Live';
import { OrderPage } from './orders/OrderPage';
import { Layout } from './page/Layout';
import { Notices } from './page/Notices';
import { Page } from './page/Page';
import { RequireSession } from './page/RequireSession';
import { type Services, ServicesContext } from './page/services';
import { StaffPage } from './staff/StaffPage';
import { texts } from './texts';

interface Props {
  readonly client: ApolloClient;
  readonly services: Services;
}

export function App({ client, services }: Props) {
  return (
    <ServicesContext value={services}>
      <ApolloProvider client={client}>
        <Notices>
          <LiveOrders>
            <Layout>
              <Routes />
            </Layout>
          </LiveOrders>
        </Notices>
      </ApolloProvider>
    </ServicesContext>
  );
}

function Routes() {
  return (
    <Switch>
      <Route path="/" component={MenuPage} />
      <Route path="/basket" component={BasketPage} />
      <Route path="/orders">
        <RequireSession title={texts.history.heading}>
          <HistoryPage />
        </RequireSession>
      </Route>
      <Route path="/orders/:id">
        {({ id }) => (
          <RequireSession title={texts.order.pageTitle}>
            <OrderPage key={id} id={id} />
          </RequireSession>
        )}
      </Route>
      <Route path="/staff">
        <RequireSession title={texts.staff.heading}>
          <StaffPage />
        </RequireSession>
      </Route>
      <Route path="/sign-in" component={SignInPage} />
      <Route path="/sign-up" component={SignUpPage} />
      <Route path="/confirm" component={ConfirmPage} />
      <Route path="/forgotten-password" component={ForgottenPasswordPage} />
      <Route>
        <Page title={texts.notFound.heading} isNarrow>
          <Link href="/" className="button button-primary">
            {texts.notFound.action}
          </Link>
        </Page>
      </Route>
    </Switch>
  );
}
