import { useApolloClient } from '@apollo/client/react';
import { useCallback } from 'react';

import { type Refusal, refusalOf } from '../api/errors';
import { OrderFieldsFragmentDoc } from '../api/generated';
import { useServices } from '../page/services';

/** What an error means; where it carries the order as it is, that is what is shown from now on. */
export function useRefusal(): (error: unknown) => Refusal {
  const { cache } = useApolloClient();
  const { newest } = useServices();
  return useCallback(
    (error) => {
      const refusal = refusalOf(error);
      if (refusal.kind === 'conflict' && refusal.order) {
        const data = newest.take({ ...refusal.order, __typename: 'Order' });
        const id = cache.identify({ __typename: 'Order', id: data.id });
        cache.writeFragment({ ...(id !== undefined && { id }), fragment: OrderFieldsFragmentDoc, data });
      }
      return refusal;
    },
    [cache, newest],
  );
}
