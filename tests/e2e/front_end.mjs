// A front end built with Amplify, run by test_front_end.py: configured from the stack's outputs, it
// signs in, follows the customer's orders, places one, and prints what it was told of it until it
// has ended. Its argument is a JSON object.
import { Amplify } from 'aws-amplify';
import { CONNECTION_STATE_CHANGE, ConnectionState, generateClient } from 'aws-amplify/api';
import { fetchAuthSession, signIn } from 'aws-amplify/auth';
import { cognitoUserPoolsTokenProvider } from 'aws-amplify/auth/cognito';
import { Hub, sharedInMemoryStorage } from 'aws-amplify/utils';
import WebSocket from 'ws';

// Browsers have one, and so have newer versions of Node.js.
globalThis.WebSocket ??= WebSocket;

const { outputs, userPoolEndpoint, username, password } = JSON.parse(process.argv[2]);

Amplify.configure({
  API: {
    GraphQL: {
      endpoint: outputs.graphqlUrl,
      region: outputs.region,
      defaultAuthMode: 'userPool',
    },
  },
  Auth: {
    Cognito: {
      userPoolId: outputs.userPoolId,
      userPoolClientId: outputs.userPoolClientId,
      userPoolEndpoint,
    },
  },
});
// Node.js has no storage of a browser's.
cognitoUserPoolsTokenProvider.setKeyValueStorage(sharedInMemoryStorage);

await signIn({ username, password });
const customerId = (await fetchAuthSession()).userSub;

const client = generateClient();
const placed = new Promise((resolve, reject) => {
  Hub.listen('api', ({ payload }) => {
    if (
      payload.event === CONNECTION_STATE_CHANGE &&
      payload.data.connectionState === ConnectionState.Connected
    ) {
      const query = `mutation {
        placeOrder(input: { name: "Pizza", quantity: 6, restaurantId: "Dominos" }) { id status }
      }`;
      client.graphql({ query }).then(({ data }) => resolve(data.placeOrder), reject);
    }
  });
});
const query = `subscription ($customerId: ID!) {
  onOrderUpdated(customerId: $customerId) { id status }
}`;
const updates = [];
await new Promise((resolve, reject) => {
  client.graphql({ query, variables: { customerId } }).subscribe({
    next: ({ data }) => {
      updates.push(data.onOrderUpdated);
      if (data.onOrderUpdated.status !== 'PENDING') resolve();
    },
    error: reject,
  });
});
console.log(JSON.stringify({ placed: await placed, updates }));
process.exit();
