import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { type Liveness, type Observer, stayLive } from './live';

class FakeNetwork extends EventTarget {
  navigator = { onLine: true };

  turn(onLine: boolean) {
    this.navigator = { onLine };
    this.dispatchEvent(new Event(onLine ? 'online' : 'offline'));
  }
}

describe('a subscription that stays live', () => {
  let network: FakeNetwork;
  let observers: Observer[];
  let ended: number;
  let told: Liveness[];
  let end: () => void;
  const newest = () => {
    const observer = observers.at(-1);
    if (observer === undefined) throw new Error('Nothing was subscribed to.');
    return observer;
  };
  const subscribe = (observer: Observer) => {
    observers.push(observer);
    return () => {
      ended += 1;
    };
  };

  beforeEach(() => {
    vi.useFakeTimers();
    network = new FakeNetwork();
    observers = [];
    ended = 0;
    told = [];
    end = stayLive(subscribe, (liveness) => told.push(liveness), network);
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is live once it is acknowledged', () => {
    expect(told).toEqual(['connecting']);
    newest().connected();
    expect(told).toEqual(['connecting', 'live']);
  });

  it('subscribes again after it was lost, later each time', () => {
    newest().connected();
    newest().lost();
    expect([observers.length, ended]).toEqual([1, 1]);
    vi.advanceTimersByTime(499);
    expect(observers).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(observers).toHaveLength(2);
    newest().lost();
    vi.advanceTimersByTime(999);
    expect(observers).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(observers).toHaveLength(3);
    newest().connected();
    expect(told).toEqual([
      'connecting',
      'live',
      ...['reconnecting', 'reconnecting', 'reconnecting', 'reconnecting'],
      'live',
    ]);
  });

  it('waits no longer than eight seconds, and little after it was live', () => {
    for (let time = 0; time < 10; time += 1) {
      newest().lost();
      vi.advanceTimersByTime(8000);
    }
    expect(observers).toHaveLength(11);
    newest().connected();
    newest().lost();
    vi.advanceTimersByTime(500);
    expect(observers).toHaveLength(12);
  });

  it('hears nothing of an attempt that is over', () => {
    const [first] = observers;
    newest().lost();
    vi.advanceTimersByTime(500);
    first?.connected();
    first?.lost();
    expect(told.at(-1)).toBe('connecting');
    vi.advanceTimersByTime(10_000);
    expect(observers).toHaveLength(2);
  });

  it('says that it is offline, tries nothing then, and connects anew once it is back', () => {
    newest().connected();
    network.turn(false);
    expect([told.at(-1), ended]).toEqual(['offline', 1]);
    vi.advanceTimersByTime(60_000);
    expect(observers).toHaveLength(1);
    network.turn(true);
    expect([told.at(-1), observers.length]).toEqual(['reconnecting', 2]);
  });

  it('can be lost while it is being subscribed to', () => {
    const ending = vi.fn();
    const failing = vi.fn((observer: Observer) => {
      observer.lost();
      return ending;
    });
    const leave = stayLive(failing, () => undefined, network);
    expect(ending).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(500);
    expect(failing).toHaveBeenCalledTimes(2);
    leave();
    vi.advanceTimersByTime(60_000);
    expect(failing).toHaveBeenCalledTimes(2);
  });

  it('is over when it is ended', () => {
    newest().lost();
    end();
    vi.advanceTimersByTime(60_000);
    network.turn(true);
    expect(observers).toHaveLength(1);
  });
});
