// What a front end does with Apollo and AppSync's links for it, run by test_apollo.py: a query, then a
// subscription, and mutations until it receives. Prints what came, as one line of JSON.
// Its argument is a JSON object. By require: AppSync's links sign nothing where Node.js imports them.
const { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } = require('@apollo/client');
const { createAuthLink } = require('aws-appsync-auth-link');
const { createSubscriptionHandshakeLink } = require('aws-appsync-subscription-link');

// Browsers have one, and so have newer versions of Node.js.
globalThis.WebSocket ??= require('ws');

const { url, region, auth, query, subscription, mutation } = JSON.parse(process.argv[2]);

// AppSync's link signs a body without what Apollo would add to it.
const http = new HttpLink({ uri: url, enhancedClientAwareness: { transport: false } });
const client = new ApolloClient({
  link: ApolloLink.from([
    createAuthLink({ url, region, auth }),
    createSubscriptionHandshakeLink({ url, region, auth }, http),
  ]),
  cache: new InMemoryCache(),
});

async function run() {
  const queried = await client.query({ query: gql(query) }).then(
    ({ data }) => ({ data }),
    (error) => ({ error: error.message }),
  );
  const outcome = await new Promise((resolve) => {
    const told = (error) => JSON.stringify(error.cause ?? error.errors ?? error.message);
    client.subscribe({ query: gql(subscription) }).subscribe({
      next: ({ data, error }) => resolve(error ? { error: told(error) } : { data }),
      error: (error) => resolve({ error: told(error) }),
    });
    // Apollo does not tell of an acknowledgement: mutate until something comes.
    setInterval(() => void client.mutate({ mutation: gql(mutation) }).catch(() => {}), 50);
  });
  console.log(JSON.stringify({ queried, outcome }));
  process.exit();
}

void run();
