/** Keeps the basket in the browser: it survives a reload, and is one in all tabs. */

import { type Basket, parse } from './basket';

const NAME = 'orderflow.basket';

export class BasketStore {
  #basket: Basket;
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'> | null;
  readonly #listeners = new Set<() => void>();

  /** @param storage null where the browser lets the page keep nothing. */
  constructor(storage: Pick<Storage, 'getItem' | 'setItem'> | null, tabs: Pick<EventTarget, 'addEventListener'>) {
    this.#storage = storage;
    this.#basket = parse(storage?.getItem(NAME) ?? null);
    tabs.addEventListener('storage', () => {
      this.#read();
      this.#tell();
    });
  }

  get isKept(): boolean {
    return this.#storage !== null;
  }

  readonly basket = () => this.#basket;

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** @returns the basket after the change, which is of what other tabs have left. */
  change(changed: (basket: Basket) => Basket): Basket {
    this.#read();
    this.#basket = changed(this.#basket);
    this.#storage?.setItem(NAME, JSON.stringify(this.#basket));
    this.#tell();
    return this.#basket;
  }

  #read() {
    if (this.#storage) this.#basket = parse(this.#storage.getItem(NAME));
  }

  #tell() {
    this.#listeners.forEach((listener) => {
      listener();
    });
  }
}

/** @returns null where the browser's settings forbid it. */
export function storageOf(browser: { readonly localStorage: Storage }): Storage | null {
  try {
    browser.localStorage.setItem(`${NAME}.try`, '');
    browser.localStorage.removeItem(`${NAME}.try`);
    return browser.localStorage;
  } catch {
    return null;
  }
}
