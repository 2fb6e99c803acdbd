import { useApolloClient } from '@apollo/client/react';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { ulid } from 'ulid';

import { refusalOf } from '../api/errors';
import { list } from '../api/follow';
import { type PlaceOrderInput, PlaceOrderDocument } from '../api/generated';
import { Failure } from '../page/Failure';
import { useTell } from '../page/Notices';
import { Page } from '../page/Page';
import { useBasket, useCustomer, useServices } from '../page/services';
import { useSubmission } from '../page/useSubmission';
import { texts } from '../texts';
import type { Basket } from './basket';
import { BasketLine } from './BasketLine';
import { type Outcome, placeAll } from './place';

type Refused = Extract<Outcome, { kind: 'refused' }>;

/** What is about to be ordered: each line becomes an order, once, however often that is pressed. */
export function BasketPage() {
  const basket = useBasket();
  const customer = useCustomer();
  const services = useServices();
  const client = useApolloClient();
  const tell = useTell();
  const [, navigate] = useLocation();
  // What is being placed stays where it is until all of it has its answer: nothing jumps.
  const [placing, setPlacing] = useState<Basket | null>(null);
  const lines = placing ?? basket;
  const [refused, setRefused] = useState<readonly Refused[]>([]);
  const { isBusy, failure, submit } = useSubmission(refusalOf);

  const send = async (input: PlaceOrderInput) => {
    const { data } = await client.mutate({ mutation: PlaceOrderDocument, variables: { input } });
    if (!data) throw new Error('The API answered without an order.');
    list(client, data.placeOrder);
    return data.placeOrder;
  };
  const place = async () => {
    if (customer === null) {
      navigate('/sign-in', { state: { to: '/basket' } });
      return;
    }
    // Whose session has ended is told so before anything is pressed.
    await services.session.token();
    const all = placeAll(services.basket, customer.id, send, ulid);
    setPlacing(services.basket.basket());
    const outcomes = await all;
    setRefused(outcomes.filter((outcome) => outcome.kind === 'refused'));
    const placed = outcomes.filter((outcome) => outcome.kind === 'placed');
    const [deleted] = outcomes.filter((outcome) => outcome.kind === 'deleted');
    const [first] = placed;
    if (first !== undefined) tell(texts.basket.placed(placed.length));
    else if (deleted) tell(texts.basket.alreadyDeleted(deleted.line.name));
    if (first === undefined || outcomes.length > placed.length) setPlacing(null);
    else navigate(placed.length === 1 ? `/orders/${first.order.id}` : '/orders');
  };

  if (lines.length === 0) {
    return (
      <Page title={texts.basket.heading} isNarrow>
        <div className="empty">
          <p>{texts.basket.empty}</p>
          <Link href="/" className="button button-primary">
            {texts.basket.emptyAction}
          </Link>
        </div>
      </Page>
    );
  }
  return (
    <Page title={texts.basket.heading} lead={texts.basket.each} isNarrow>
      {!services.basket.isKept && <p className="alert">{texts.basket.storageBlocked}</p>}
      <ul className="lines">
        {lines.map((line) => (
          <li key={line.key}>
            <BasketLine
              line={line}
              isPlacing={isBusy}
              refusal={refused.find((each) => each.line.key === line.key)?.refusal ?? null}
            />
          </li>
        ))}
      </ul>
      {failure && <Failure refusal={failure} />}
      <div className="actions">
        <button
          type="button"
          className="button button-primary button-large"
          aria-disabled={isBusy}
          onClick={() => void submit(place)}
        >
          {buttonText(lines.length, customer !== null, isBusy)}
        </button>
      </div>
      {customer === null && <p className="hint">{texts.basket.signInHint}</p>}
    </Page>
  );
}

function buttonText(orders: number, isSignedIn: boolean, isBusy: boolean): string {
  if (!isSignedIn) return texts.basket.signIn;
  return isBusy ? texts.basket.placing : texts.basket.place(orders);
}
