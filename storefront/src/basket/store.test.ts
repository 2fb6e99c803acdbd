import { describe, expect, it, vi } from 'vitest';

import { add, type Item } from './basket';
import { BasketStore, storageOf } from './store';

const pizza: Item = { restaurantId: 'Dominos', name: 'Pizza', quantity: 1, addOns: [] };

/** What the tabs of a browser share. */
function memory() {
  const kept = new Map<string, string>();
  return {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => void kept.set(name, text),
  };
}

describe('the basket in the browser', () => {
  it('survives a reload', () => {
    const storage = memory();
    new BasketStore(storage, new EventTarget()).change((basket) => add(basket, pizza, 'a'));
    expect(new BasketStore(storage, new EventTarget()).basket()).toEqual([{ ...pizza, key: 'a' }]);
  });

  it('is one in all tabs, none of which undoes what another did', () => {
    const storage = memory();
    const tabs = new EventTarget();
    const [one, other] = [new BasketStore(storage, tabs), new BasketStore(storage, tabs)];
    const told = vi.fn();
    other.subscribe(told);
    one.change((basket) => add(basket, pizza, 'a'));
    tabs.dispatchEvent(new Event('storage'));
    expect(told).toHaveBeenCalled();
    expect(other.basket()).toHaveLength(1);

    one.change((basket) => add(basket, { ...pizza, name: 'Maki' }, 'b'));
    other.change((basket) => add(basket, { ...pizza, name: 'Ramen' }, 'c'));
    expect(other.basket().map(({ key }) => key)).toEqual(['a', 'b', 'c']);
  });

  it('is kept as long as the page is where the browser keeps nothing', () => {
    const blocked = {
      get localStorage(): Storage {
        throw new Error('SecurityError');
      },
    };
    expect(storageOf(blocked)).toBeNull();
    const store = new BasketStore(null, new EventTarget());
    expect(store.isKept).toBe(false);
    store.change((basket) => add(basket, pizza, 'a'));
    expect(store.change((basket) => basket)).toHaveLength(1);
  });
});
