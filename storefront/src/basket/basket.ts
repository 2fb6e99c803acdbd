/** What is about to be ordered, and what was ordered without an answer yet. */

export interface Item {
  readonly restaurantId: string;
  readonly name: string;
  readonly quantity: number;
  readonly addOns: readonly string[];
}

/**
 * An item of the basket, which becomes an order of its own.
 *
 * Once somebody has pressed to order it, it keeps the token of that press until the answer is known: however
 * often it is sent then, it is one order.
 */
export interface Line extends Item {
  readonly key: string;
  readonly press?: Press;
}

export interface Press {
  /** The order's `clientRequestToken`, and so its id. */
  readonly token: string;
  /** Who pressed: the token is one order for each customer. */
  readonly customerId: string;
}

export type Basket = readonly Line[];

/** A further one of what is there already is added to it, unless that has been sent. */
export function add(basket: Basket, item: Item, key: string): Basket {
  const same = basket.find((line) => line.press === undefined && isSame(line, item));
  return same === undefined
    ? [...basket, { ...item, key }]
    : changeQuantity(basket, same.key, same.quantity + item.quantity);
}

export function changeQuantity(basket: Basket, key: string, quantity: number): Basket {
  return basket.map((line) => (line.key === key ? { ...line, quantity } : line));
}

export function remove(basket: Basket, key: string): Basket {
  return basket.filter((line) => line.key !== key);
}

/** Gives each line a token, but for those that the customer's last press gave one. */
export function press(basket: Basket, customerId: string, mint: () => string): Basket {
  return basket.map((line) =>
    line.press?.customerId === customerId ? line : { ...line, press: { token: mint(), customerId } },
  );
}

/** The line was refused for what it holds, so that nothing was ordered: it may be changed again. */
export function release(basket: Basket, key: string): Basket {
  return basket.map((line) => {
    if (line.key !== key) return line;
    const { press: _, ...released } = line;
    return released;
  });
}

/** Whether it was sent, and may or may not have been ordered. */
export function isSent(line: Line, customerId: string | null): boolean {
  return line.press !== undefined && (customerId === null || line.press.customerId === customerId);
}

export function countOf(basket: Basket): number {
  return basket.reduce((sum, { quantity }) => sum + quantity, 0);
}

function isSame(line: Item, item: Item): boolean {
  return (
    line.restaurantId === item.restaurantId &&
    line.name === item.name &&
    line.addOns.join('\n') === item.addOns.join('\n')
  );
}

/** The basket as it was written; what is no line of one, as by an older page, is left out. */
export function parse(text: string | null): Basket {
  try {
    const lines: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(lines) ? lines.filter(isLine) : [];
  } catch {
    return [];
  }
}

function isLine(value: unknown): value is Line {
  if (typeof value !== 'object' || value === null) return false;
  const { key, restaurantId, name, quantity, addOns, press: pressed } = value as Record<keyof Line, unknown>;
  return (
    [key, restaurantId, name].every((text) => typeof text === 'string') &&
    Number.isInteger(quantity) &&
    Array.isArray(addOns) &&
    addOns.every((addOn) => typeof addOn === 'string') &&
    (pressed === undefined || isPress(pressed))
  );
}

function isPress(value: unknown): value is Press {
  if (typeof value !== 'object' || value === null) return false;
  const { token, customerId } = value as Record<keyof Press, unknown>;
  return typeof token === 'string' && typeof customerId === 'string';
}
