import { useApolloClient, useQuery } from '@apollo/client/react';
import { useCallback, useEffect } from 'react';
import { useSearchParams } from 'wouter';

import { toldOf } from '../api/errors';
import {
  ListRestaurantOrdersDocument,
  type ListRestaurantOrdersQueryVariables,
  type OrderStatus as Status,
} from '../api/generated';
import { menu } from '../menu/menu';
import { More } from '../orders/More';
import { usePages } from '../orders/usePages';
import { Failure } from '../page/Failure';
import { Page } from '../page/Page';
import { useCustomer } from '../page/services';
import { Skeletons } from '../page/Skeletons';
import { texts } from '../texts';
import { OrderTable } from './OrderTable';

const STATUSES: readonly Status[] = ['PENDING', 'PAID', 'PAYMENT_FAILED'];
const ANEW_SECONDS = 15;
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

/** The orders of everybody at a restaurant, for who works there. */
export function StaffPage() {
  const customer = useCustomer();
  if (!customer?.isStaff) {
    return (
      <Page title={texts.staff.heading} lead={texts.staff.only} isNarrow>
        <p>{texts.staff.onlyHint}</p>
      </Page>
    );
  }
  return (
    <Page title={texts.staff.heading}>
      <RestaurantOrders />
    </Page>
  );
}

/** Which restaurant and status, is in the address: it survives a reload, and can be kept. */
function RestaurantOrders() {
  const [parameters, setParameters] = useSearchParams();
  const restaurantId = parameters.get('restaurant') ?? menu[0].id;
  const status = STATUSES.find((each) => each === parameters.get('status')) ?? null;
  const client = useApolloClient();
  const { data } = useQuery(ListRestaurantOrdersDocument, {
    variables: { restaurantId, status },
    fetchPolicy: 'cache-only',
  });
  const read = useCallback(
    (wanted: Pick<ListRestaurantOrdersQueryVariables, 'limit' | 'nextToken'>) =>
      client.query({
        query: ListRestaurantOrdersDocument,
        variables: { restaurantId, status, ...wanted },
        fetchPolicy: 'network-only',
      }),
    [client, restaurantId, status],
  );
  const { orders, readMore, refusal, isUnderWay, last, readAnew } = usePages(
    read,
    data?.listRestaurantOrders,
  );
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) readAnew();
    }, ANEW_SECONDS * 1000);
    return () => {
      clearInterval(timer);
    };
  }, [readAnew]);
  const choose = (name: string, value: string) => {
    setParameters(
      (before) => {
        const chosen = new URLSearchParams(before);
        if (value === '') chosen.delete(name);
        else chosen.set(name, value);
        return chosen;
      },
      { replace: true },
    );
  };
  return (
    <>
      <div className="filters">
        <label className="filter">
          {texts.staff.restaurant}
          <select
            value={restaurantId}
            onChange={({ currentTarget }) => {
              choose('restaurant', currentTarget.value);
            }}
          >
            {menu.map(({ id }) => (
              <option key={id}>{id}</option>
            ))}
          </select>
        </label>
        <fieldset className="choices">
          <legend>{texts.staff.status}</legend>
          {[null, ...STATUSES].map((each) => (
            <label key={each ?? ''} className="choice">
              <input
                type="radio"
                name="status"
                checked={each === status}
                onChange={() => {
                  choose('status', each ?? '');
                }}
              />
              {each === null ? texts.staff.all : texts.order.statuses[each]}
            </label>
          ))}
        </fieldset>
        <button type="button" className="button" aria-disabled={isUnderWay} onClick={readAnew}>
          {texts.staff.refresh}
        </button>
      </div>
      <p className="hint">
        {texts.staff.notLive(ANEW_SECONDS)} {last && texts.staff.readAt(clock.format(last.at))}
      </p>
      {refusal?.kind === 'unauthorized' && (
        <p className="alert alert-bad" role="alert">
          {texts.staff.notYours(restaurantId)}
        </p>
      )}
      {refusal && refusal.kind !== 'unauthorized' && (
        <Failure refusal={refusal} onRetry={readAnew} />
      )}
      {orders === null && !refusal && <Skeletons label={texts.staff.loading} />}
      {orders?.length === 0 && !readMore && <p className="empty">{texts.staff.empty}</p>}
      {orders !== null && orders.length > 0 && refusal?.kind !== 'unauthorized' && (
        <OrderTable orders={orders} caption={texts.staff.table(restaurantId)} />
      )}
      {readMore && <More read={readMore} />}
      <p className="visually-hidden" role="status">
        {refusal && last && `${toldOf(refusal)} ${texts.staff.stale(clock.format(last.at))}`}
      </p>
    </>
  );
}
