// A front end built with Amplify, run by test_front_end.py: configured by the amplify_outputs.json
// that it is given, a customer signs up and in, follows the own orders, places one, reads it, and the
// front end prints what it was told of it until it has ended. Its argument is a JSON object.
import { readFileSync } from 'node:fs';
import { Amplify } from 'aws-amplify';
import { CONNECTION_STATE_CHANGE, ConnectionState, generateClient } from 'aws-amplify/api';
import { confirmSignUp, fetchAuthSession, signIn, signUp } from 'aws-amplify/auth';
import { cognitoUserPoolsTokenProvider } from 'aws-amplify/auth/cognito';
import { Hub, parseAmplifyConfig, sharedInMemoryStorage } from 'aws-amplify/utils';
import WebSocket from 'ws';

// Browsers have one, and so have newer versions of Node.js.
globalThis.WebSocket ??= WebSocket;

const { file, username, password } = JSON.parse(process.argv[2]);
const outputs = JSON.parse(readFileSync(file, 'utf8'));

// The README's: nothing of it happens on AWS.
const config = parseAmplifyConfig(outputs);
if (outputs.custom?.local) {
  config.Auth.Cognito.userPoolEndpoint = outputs.custom.local.userPoolEndpoint;
}
Amplify.configure(config);

// Node.js has no storage of a browser's.
cognitoUserPoolsTokenProvider.setKeyValueStorage(sharedInMemoryStorage);

await signUp({ username, password });
// What a person would do: look into the mailbox.
const mails = await (await fetch(`${outputs.custom.local.mailboxUrl}.json`)).json();
const { text } = mails.filter(({ to }) => to === username).at(-1);
await confirmSignUp({ username, confirmationCode: text.match(/\d{6}/)[0] });
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
const { data } = await client.graphql({
  query: 'query ($id: ID!) { getOrder(id: $id) { id status } }',
  variables: { id: (await placed).id },
});
console.log(JSON.stringify({ customerId, placed: await placed, updates, read: data.getOrder }));
process.exit();
