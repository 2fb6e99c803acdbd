import { Link, useSearchParams } from 'wouter';

import { BasketSummary } from '../basket/BasketSummary';
import { Page } from '../page/Page';
import { texts } from '../texts';
import { DishForm } from './DishForm';
import { menu } from './menu';
import { Drawing } from './Drawing';

/** The restaurants, one of which is open, with its dishes. */
export function MenuPage() {
  const [parameters] = useSearchParams();
  const open = menu.find(({ id }) => id === parameters.get('restaurant')) ?? menu[0];
  return (
    <Page title={texts.menu.heading} lead={texts.menu.lead}>
      <div className="menu">
        <nav aria-label={texts.menu.restaurants}>
          <ul className="restaurants">
            {menu.map(({ id, cuisine, picture }) => (
              <li key={id}>
                <Link
                  href={`/?restaurant=${encodeURIComponent(id)}`}
                  className="restaurant"
                  aria-current={id === open.id ? 'true' : undefined}
                >
                  <Drawing of={picture} />
                  <span className="restaurant-name">{id}</span>
                  <span className="restaurant-cuisine">{cuisine}</span>
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <section aria-labelledby="open-restaurant" className="dishes-section">
          <h2 id="open-restaurant">{texts.menu.of(open.id)}</h2>
          <ul className="dishes">
            {open.dishes.map((dish) => (
              <li key={`${open.id} ${dish.name}`}>
                <DishForm restaurantId={open.id} dish={dish} />
              </li>
            ))}
          </ul>
        </section>
        <BasketSummary />
      </div>
    </Page>
  );
}
