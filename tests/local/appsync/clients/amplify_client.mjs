// What a front end does with Amplify, run by test_amplify.py: subscribes, mutates once that has
// been acknowledged, and prints what came, as one line of JSON. Its argument is a JSON object.
import { decodeJWT } from '@aws-amplify/core';
import { Amplify } from 'aws-amplify';
import { CONNECTION_STATE_CHANGE, ConnectionState, generateClient } from 'aws-amplify/api';
import { Hub } from 'aws-amplify/utils';
import WebSocket from 'ws';

// Browsers have one, and so have newer versions of Node.js.
globalThis.WebSocket ??= WebSocket;

const { outputs, apiKey, tokens, subscription, mutation } = JSON.parse(process.argv[2]);

Amplify.configure(
  {
    API: {
      GraphQL: {
        endpoint: outputs.graphqlUrl,
        region: outputs.region,
        ...(apiKey ? { apiKey, defaultAuthMode: 'apiKey' } : { defaultAuthMode: 'userPool' }),
      },
    },
    Auth: {
      Cognito: {
        userPoolId: outputs.userPoolId,
        userPoolClientId: outputs.userPoolClientId,
      },
    },
  },
  {
    Auth: {
      tokenProvider: {
        getTokens: async () =>
          tokens && { accessToken: decodeJWT(tokens.access), idToken: decodeJWT(tokens.id) },
      },
    },
  },
);

const client = generateClient();

const outcome = await new Promise((resolve, reject) => {
  Hub.listen('api', ({ payload }) => {
    if (
      payload.event === CONNECTION_STATE_CHANGE &&
      payload.data.connectionState === ConnectionState.Connected
    ) {
      client.graphql({ query: mutation }).catch(reject);
    }
  });
  client.graphql({ query: subscription }).subscribe({
    next: ({ data }) => resolve({ data }),
    error: ({ errors }) => resolve({ errors }),
  });
});
console.log(JSON.stringify(outcome));
process.exit();
