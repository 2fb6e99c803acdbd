import { useSearchParams } from 'wouter';

import type { OrderStatus } from '../api/generated';
import { menu } from '../menu/menu';
import { Page } from '../page/Page';
import { useCustomer } from '../page/services';
import { texts } from '../texts';
import { RestaurantOrders } from './RestaurantOrders';

const STATUSES: readonly OrderStatus[] = ['PENDING', 'PAID', 'PAYMENT_FAILED'];

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
      <Chosen />
    </Page>
  );
}

/** Which restaurant and status, is in the address: it survives a reload, and can be kept. */
function Chosen() {
  const [parameters, setParameters] = useSearchParams();
  const restaurantId = parameters.get('restaurant') ?? menu[0].id;
  const status = STATUSES.find((each) => each === parameters.get('status')) ?? null;
  const restaurants = new Set([...menu.map(({ id }) => id), restaurantId]);
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
            {[...restaurants].map((id) => (
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
      </div>
      <RestaurantOrders
        key={`${restaurantId} ${status ?? ''}`}
        restaurantId={restaurantId}
        status={status}
      />
    </>
  );
}
