import { useApolloClient } from '@apollo/client/react';
import { createContext, type ReactNode, use, useEffect, useState } from 'react';

import { follow } from '../api/follow';
import type { Liveness } from '../api/live';
import { useTell } from '../page/Notices';
import { useCustomer, useServices } from '../page/services';
import { texts } from '../texts';

interface Live {
  readonly liveness: Liveness;
  /** Raised each time that updates begin to come: what was read before may have missed some. */
  readonly epoch: number;
}

const OFF: Live = { liveness: 'off', epoch: 0 };
const LiveContext = createContext<Live>(OFF);

export function useLive(): Live {
  return use(LiveContext);
}

/** Follows the orders of whoever is signed in. */
export function LiveOrders({ children }: { readonly children: ReactNode }) {
  const client = useApolloClient();
  const { session } = useServices();
  const customerId = useCustomer()?.id;
  const tell = useTell();
  const [live, setLive] = useState(OFF);
  useEffect(() => {
    if (customerId === undefined) return undefined;
    const leave = follow(client, session, customerId, {
      liveness(liveness) {
        setLive(({ epoch }) => ({ liveness, epoch: liveness === 'live' ? epoch + 1 : epoch }));
      },
      outcome(order) {
        const what = texts.order.heading(order.quantity, order.name);
        tell(texts.order.announced(what, texts.order.statuses[order.status]));
      },
    });
    return () => {
      leave();
      setLive(OFF);
    };
  }, [client, session, customerId, tell]);
  return <LiveContext value={live}>{children}</LiveContext>;
}

/** Says so where what is seen may be old. */
export function LivenessSign() {
  const { liveness } = useLive();
  const text = liveness === 'offline' || liveness === 'reconnecting' ? texts.connection[liveness] : '';
  return (
    <div className="liveness" role="status" aria-label={texts.connection.label}>
      {text !== '' && <p className={`liveness-sign liveness-${liveness}`}>{text}</p>}
    </div>
  );
}
