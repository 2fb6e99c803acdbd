import { type SubmitEvent, useId, useState } from 'react';
import { ulid } from 'ulid';

import { add } from '../basket/basket';
import { Field } from '../page/Field';
import { useTell } from '../page/Notices';
import { useServices } from '../page/services';
import { texts } from '../texts';
import { AddOns } from './AddOns';
import type { Dish } from './menu';
import { Quantity } from './Quantity';

interface Props {
  readonly restaurantId: string;
  readonly dish: Dish;
}

/** A dish of the menu, as the customer would have it. */
export function DishForm({ restaurantId, dish }: Props) {
  const { basket } = useServices();
  const tell = useTell();
  const headingId = useId();
  const [quantity, setQuantity] = useState(1);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [wish, setWish] = useState('');

  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    const addOns = [...chosen, ...[wish.trim()].filter((text) => text !== '')];
    basket.change((before) => add(before, { restaurantId, name: dish.name, quantity, addOns }, ulid()));
    tell(texts.menu.added(quantity, dish.name));
    setQuantity(1);
    setChosen([]);
    setWish('');
  };
  return (
    <article className="dish" aria-labelledby={headingId}>
      <h3 id={headingId}>{dish.name}</h3>
      <p className="dish-description">{dish.description}</p>
      <form onSubmit={onSubmit} noValidate>
        <AddOns offered={dish.addOns} chosen={chosen} onChange={setChosen} />
        <Field
          label={texts.menu.wish}
          placeholder={texts.menu.wishExample}
          autoComplete="off"
          value={wish}
          onChange={({ currentTarget }) => {
            setWish(currentTarget.value);
          }}
        />
        <div className="dish-add">
          <Quantity of={dish.name} value={quantity} onChange={setQuantity} />
          <button type="submit" className="button button-primary">
            {texts.menu.add}
          </button>
        </div>
      </form>
    </article>
  );
}
