import type { Order } from '../api/versions';
import { OrderStatus } from '../orders/OrderStatus';
import { Time } from '../orders/Time';
import { texts } from '../texts';

interface Props {
  readonly orders: readonly Order[];
  readonly caption: string;
}

export function OrderTable({ orders, caption }: Props) {
  return (
    <table className="order-table">
      <caption className="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{texts.staff.item}</th>
          <th scope="col">{texts.order.addOns}</th>
          <th scope="col">{texts.staff.placed}</th>
          <th scope="col">{texts.staff.status}</th>
          <th scope="col">{texts.order.number}</th>
        </tr>
      </thead>
      <tbody>
        {orders.map((order) => (
          <tr key={order.id}>
            <th scope="row">{texts.order.heading(order.quantity, order.name)}</th>
            <td>{order.addOns.join(', ')}</td>
            <td>
              <Time of={order.placedAt} />
            </td>
            <td>
              <OrderStatus order={order} />
              {order.statusReason && <small>{order.statusReason}</small>}
            </td>
            <td className="order-number">{order.id}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
