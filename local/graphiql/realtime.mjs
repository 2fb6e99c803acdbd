// AppSync's real-time protocol, as a browser speaks it:
// https://docs.aws.amazon.com/appsync/latest/devguide/real-time-websocket-client.html

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;

/**
 * Subscribe on a connection of its own, and again each time that it was lost.
 *
 * @param {string} url the API's, http or https.
 * @param {() => Promise<string>} token is asked for the Authorization at each connection.
 * @param {{query: string, variables?: object}} request
 * @param {{next: (result: object) => void, error: (error: object) => void, complete: () => void}}
 *   observer is given results as GraphQL has them; a refusal by the API is an error, and the end.
 * @returns {() => void} ends the subscription.
 */
export function subscribe(url, token, { query, variables }, observer) {
  let socket;
  let timer;
  let wait = FIRST_WAIT_MS;
  let ended = false;

  function end() {
    ended = true;
    clearTimeout(timer);
    if (socket?.readyState === WebSocket.OPEN) {
      socket.send(JSON.stringify({ id: '1', type: 'stop' }));
    }
    socket?.close();
  }

  function lost() {
    const connection = socket;
    socket = undefined;
    connection?.close();
    clearTimeout(timer);
    if (ended) return;
    timer = setTimeout(connect, wait);
    wait = Math.min(2 * wait, LONGEST_WAIT_MS);
  }

  async function connect() {
    let authorization;
    try {
      authorization = { host: new URL(url).host, Authorization: await token() };
    } catch (error) {
      end();
      observer.error(error);
      return;
    }
    if (ended) return;
    const header = encodeURIComponent(btoa(JSON.stringify(authorization)));
    const connection = new WebSocket(
      `${url.replace(/^http/, 'ws')}?header=${header}&payload=e30=`,
      'graphql-ws',
    );
    socket = connection;
    let silence = 0;

    const send = (message) => connection.send(JSON.stringify(message));
    const receive = {
      connection_ack({ payload }) {
        silence = payload.connectionTimeoutMs;
        const data = JSON.stringify({ query, variables: variables ?? {} });
        send({ id: '1', type: 'start', payload: { data, extensions: { authorization } } });
      },
      start_ack() {
        wait = FIRST_WAIT_MS;
      },
      data: ({ payload }) => observer.next(payload),
      complete() {
        end();
        observer.complete();
      },
      error({ payload }) {
        end();
        observer.error(payload);
      },
      connection_error: ({ payload }) => receive.error({ payload }),
    };
    connection.onopen = () => send({ type: 'connection_init' });
    connection.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      receive[message.type]?.(message);
      // The server sends `ka` in time; where it does not, the connection is dead.
      if (silence && !ended) {
        clearTimeout(timer);
        timer = setTimeout(lost, silence);
      }
    };
    // One that was never opened fails in some runtimes without being closed.
    connection.onclose = connection.onerror = () => {
      if (connection === socket) lost();
    };
  }

  connect();
  return end;
}
