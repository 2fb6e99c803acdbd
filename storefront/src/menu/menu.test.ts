import { describe, expect, it } from 'vitest';

import { addOnsOf, menu } from './menu';

describe('the menu', () => {
  it.each(menu)('of $id has what the API takes', ({ id, dishes }) => {
    expect(id).toMatch(/^(?! *$)[A-Za-z0-9 \-_.'&]{1,64}$/);
    const names = dishes.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, addOns } of dishes) {
      expect(name).toMatch(/^.{1,100}$/);
      // One is left for the customer's own wish.
      expect(addOns.length).toBeLessThan(10);
      addOns.forEach((addOn) => {
        expect(addOn).toMatch(/^.{1,50}$/);
      });
    }
  });

  it('tells the add-ons of what was ordered', () => {
    expect(addOnsOf('Kyoto', 'Sushi')).toContain('wasabi');
    expect(addOnsOf('Kyoto', 'Pizza')).toEqual([]);
    expect(addOnsOf('Nowhere', 'Pizza')).toEqual([]);
  });
});
