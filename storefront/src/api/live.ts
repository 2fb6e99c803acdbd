/** Keeps one subscription alive, and says honestly whether it is. */

export type Liveness = 'off' | 'connecting' | 'live' | 'reconnecting' | 'offline';

export interface Observer {
  /** Acknowledged: what happens from now on is told. */
  readonly connected: () => void;
  readonly lost: () => void;
}

/** @returns ends the subscription. */
export type Subscribe = (observer: Observer) => () => void;

/** The browser's word on the network; `window` with `navigator`. */
export interface Network extends Pick<EventTarget, 'addEventListener' | 'removeEventListener'> {
  readonly navigator: { readonly onLine: boolean };
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;

/**
 * Subscribe, and again whenever that was lost or the network is back.
 *
 * @param told is told of each change.
 * @returns ends it.
 */
export function stayLive(
  subscribe: Subscribe,
  told: (liveness: Liveness) => void,
  network: Network,
): () => void {
  let unsubscribe: (() => void) | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wait = FIRST_WAIT_MS;
  let attempt = 0;
  let wasLive = false;

  function leave() {
    attempt += 1;
    clearTimeout(timer);
    unsubscribe?.();
    unsubscribe = undefined;
  }

  function connect() {
    leave();
    if (!network.navigator.onLine) {
      told('offline');
      return;
    }
    told(wasLive ? 'reconnecting' : 'connecting');
    const mine = attempt;
    const end = subscribe({
      connected() {
        if (mine !== attempt) return;
        wait = FIRST_WAIT_MS;
        wasLive = true;
        told('live');
      },
      lost() {
        if (mine !== attempt) return;
        leave();
        told(network.navigator.onLine ? 'reconnecting' : 'offline');
        timer = setTimeout(connect, wait);
        wait = Math.min(2 * wait, LONGEST_WAIT_MS);
      },
    });
    // Where it was lost at once, another attempt is on its way already.
    if (mine === attempt) unsubscribe = end;
    else end();
  }

  const wentOffline = () => {
    leave();
    told('offline');
  };
  network.addEventListener('online', connect);
  network.addEventListener('offline', wentOffline);
  connect();
  return () => {
    network.removeEventListener('online', connect);
    network.removeEventListener('offline', wentOffline);
    leave();
  };
}
