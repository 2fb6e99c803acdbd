import { Link } from 'wouter';

import { useBasket } from '../page/services';
import { texts } from '../texts';
import { countOf } from './basket';

/** The basket beside the menu: on a phone, a bar to its page. */
export function BasketSummary() {
  const basket = useBasket();
  return (
    <aside className="summary" aria-labelledby="summary-heading">
      <h2 id="summary-heading">{texts.basket.heading}</h2>
      {basket.length === 0 ? (
        <p className="summary-empty">{texts.basket.empty}</p>
      ) : (
        <>
          <ul className="summary-lines">
            {basket.map((line) => (
              <li key={line.key}>
                <span>{texts.order.heading(line.quantity, line.name)}</span>
                <small>{[line.restaurantId, ...line.addOns].join(' · ')}</small>
              </li>
            ))}
          </ul>
          <Link href="/basket" className="button button-primary">
            {texts.basket.toBasket(countOf(basket))}
          </Link>
        </>
      )}
    </aside>
  );
}
