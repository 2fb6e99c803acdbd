import { describe, expect, it } from 'vitest';

import { add, type Basket, countOf, type Item, isSent, parse, press, release } from './basket';

const pizza: Item = { restaurantId: 'Dominos', name: 'Pizza', quantity: 2, addOns: ['chili', 'olives'] };

const minting = () => {
  let number = 0;
  return () => `token-${String((number += 1))}`;
};

describe('the basket', () => {
  it('adds a further one of what is there to it', () => {
    const basket = add(add([], pizza, 'a'), pizza, 'b');
    expect(basket).toEqual([{ ...pizza, key: 'a', quantity: 4 }]);
    expect(countOf(basket)).toBe(4);
  });

  it.each([{ name: 'Maki' }, { restaurantId: 'Kyoto' }, { addOns: [] }, { addOns: ['chiliolives'] }])(
    'keeps apart what differs by %o',
    (other) => {
      expect(add(add([], pizza, 'a'), { ...pizza, ...other }, 'b')).toHaveLength(2);
    },
  );

  it('adds nothing to what has been sent', () => {
    const sent = press(add([], pizza, 'a'), 'alice', minting());
    expect(add(sent, pizza, 'b').map(({ key, quantity }) => [key, quantity])).toEqual([
      ['a', 2],
      ['b', 2],
    ]);
  });
});

describe('a press', () => {
  const mint = minting();
  const first = press(add(add([], pizza, 'a'), { ...pizza, name: 'Maki' }, 'b'), 'alice', mint);

  it('gives each line a token of its own', () => {
    expect(first.map((line) => line.press?.token)).toEqual(['token-1', 'token-2']);
  });

  it('is the same press when it is repeated', () => {
    expect(press(first, 'alice', mint)).toEqual(first);
  });

  it('is another for another customer, who did not send that', () => {
    expect(first.every((line) => isSent(line, 'alice'))).toBe(true);
    expect(first.some((line) => isSent(line, 'bob'))).toBe(false);
    expect(press(first, 'bob', mint).map((line) => line.press)).toEqual([
      { token: 'token-3', customerId: 'bob' },
      { token: 'token-4', customerId: 'bob' },
    ]);
  });

  it('counts as sent while it is not known who is there', () => {
    expect(first.every((line) => isSent(line, null))).toBe(true);
  });

  it('is over for a line that was refused', () => {
    const [released, other] = release(first, 'a');
    expect(released).toEqual({ ...pizza, key: 'a' });
    expect(other).toEqual(first[1]);
  });
});

describe('what was written', () => {
  const basket: Basket = press(add([], pizza, 'a'), 'alice', minting());

  it('is read again as it was', () => {
    expect(parse(JSON.stringify(basket))).toEqual(basket);
  });

  it.each([null, '', 'rubbish', '{}', '[1, null, "a"]', '[[]]'])('is empty where it is %o', (text) => {
    expect(parse(text)).toEqual([]);
  });

  it.each([
    { key: 1 },
    { name: null },
    { restaurantId: 5 },
    { quantity: '2' },
    { quantity: 1.5 },
    { addOns: 'chili' },
    { addOns: [1] },
    { press: null },
    { press: { token: 'a' } },
    { press: { token: 1, customerId: 'alice' } },
  ])('leaves out a line with %o', (wrong) => {
    expect(parse(JSON.stringify([...basket, { ...basket[0], ...wrong }]))).toEqual(basket);
  });
});
