// Signs a customer in at the API's user pool, and shows GraphiQL with that customer's token.

import { subscribe } from './realtime.mjs';

const { AuthenticationDetails, CognitoUser, CognitoUserPool } = AmazonCognitoIdentity;
const url = location.origin + location.pathname;
const apiId = location.pathname.split('/').at(-2);
const element = (id) => document.getElementById(id);
element('missing').hidden = true;

const ORDER = `id version name quantity restaurantId addOns
      status statusReason placedAt updatedAt`;

function tabs(customerId, isStaff) {
  const queries = [
    `mutation Place {
  placeOrder(input: { name: "Pizza", quantity: 6, restaurantId: "Dominos", addOns: ["chili"] }) {
    id
    status
  }
}
`,
    `# Press play, then place an order in another window.
subscription Watch {
  onOrderUpdated(customerId: "${customerId}") {
    id name status statusReason version updatedAt deletedAt
  }
}
`,
    `query List {
  listOrders(limit: 20) {
    items {
      ${ORDER}
    }
    nextToken
  }
}
`,
    `# The order's id and version are in the list.
mutation Update {
  updateOrder(input: { id: "", version: 2, quantity: 2 }) {
    id quantity status version
  }
}
`,
    `# An order that is PAYMENT_FAILED.
mutation Retry {
  retryPayment(id: "") { id status version }
}
`,
    `mutation Delete {
  deleteOrder(id: "") { id name status }
}
`,
  ];
  if (isStaff) {
    queries.push(`query Restaurant {
  listRestaurantOrders(restaurantId: "Dominos", limit: 20) {
    items {
      customerId ${ORDER}
    }
    nextToken
  }
}
`);
  }
  return queries.map((query) => ({ query }));
}

/** The tabs of one customer are kept apart from another's. */
function storageOf(customerId) {
  const key = (name) => `${customerId}:${name}`;
  return {
    get length() {
      return localStorage.length;
    },
    getItem: (name) => localStorage.getItem(key(name)),
    setItem: (name, value) => localStorage.setItem(key(name), value),
    removeItem: (name) => localStorage.removeItem(key(name)),
    clear: () => localStorage.clear(),
  };
}

function fetcherWith(token) {
  return (given, { headers } = {}) => {
    const request = ofThisTab(given);
    if (isSubscription(request)) {
      return {
        subscribe: (observer) => ({
          unsubscribe: subscribe(url, token, request, {
            next: (result) => observer.next(result),
            error: ({ errors }) => observer.error(errors),
            complete: () => observer.complete(),
          }),
        }),
      };
    }
    return post(request, headers, token);
  };
}

/** Just after a change of tabs, GraphiQL still names the operation of the tab before. */
function ofThisTab({ operationName, ...request }) {
  const isHere = operationName && new RegExp(`\\b${operationName}\\b`).test(request.query);
  return isHere ? { ...request, operationName } : request;
}

/** By its text, as GraphiQL's parsed document may be that of the tab before, too. */
function isSubscription({ query, operationName }) {
  const begins = new RegExp(`^\\s*(query|mutation|subscription)\\s*${operationName ?? ''}\\b`, 'm');
  return begins.exec(query)?.[1] === 'subscription';
}

async function post(request, headers, token) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: await token(), ...headers },
    body: JSON.stringify(request),
  });
  return response.json();
}

const LABELS = {
  '.graphiql-query-editor textarea': 'Operation',
  '.graphiql-editor-tool > :nth-child(1) textarea': 'Variables',
  '.graphiql-editor-tool > :nth-child(2) textarea': 'Headers',
  '.graphiql-response textarea': 'Response',
};

/** Names GraphiQL's editors, and has its tabs, which have buttons in them, be what they are. */
function mendRoles(graphiql) {
  for (const [editor, label] of Object.entries(LABELS)) {
    graphiql.querySelector(editor)?.setAttribute('aria-label', label);
  }
  graphiql.querySelector('.graphiql-tabs')?.setAttribute('role', 'toolbar');
  for (const tab of graphiql.querySelectorAll('.graphiql-tab')) {
    tab.role = 'presentation';
    tab.removeAttribute('aria-selected');
    const isActive = tab.classList.contains('graphiql-tab-active');
    tab.querySelector('.graphiql-tab-button')?.setAttribute('aria-pressed', `${isActive}`);
  }
}

/** @param {() => Promise<string>} token gives an access token that has not expired. */
async function show(token) {
  const claims = JSON.parse(
    atob((await token()).split('.')[1].replaceAll('-', '+').replaceAll('_', '/')),
  );
  element('sign-in').hidden = true;
  element('graphiql').hidden = false;
  const changes = { childList: true, subtree: true, attributeFilter: ['aria-selected'] };
  new MutationObserver(() => mendRoles(element('graphiql'))).observe(element('graphiql'), changes);
  ReactDOM.createRoot(element('graphiql')).render(
    React.createElement(GraphiQL, {
      fetcher: fetcherWith(token),
      defaultTabs: tabs(claims.sub, claims['cognito:groups']?.includes('staff')),
      storage: storageOf(claims.sub),
    }),
  );
}

/** The user's tokens; new ones from Cognito where they have expired. */
function sessionOf(user) {
  return new Promise((resolve, reject) => {
    user.getSession((error, session) => (error ? reject(error) : resolve(session)));
  });
}

async function showUser(user) {
  element('customer').textContent = (await sessionOf(user)).getIdToken().payload.email;
  element('sign-out').hidden = false;
  element('sign-out').onclick = () => {
    user.signOut();
    location.reload();
  };
  await show(async () => (await sessionOf(user)).getAccessToken().getJwtToken());
}

function askToSignIn(pool, endpoint) {
  element('sign-in').hidden = false;
  element('sign-in').onsubmit = (event) => {
    event.preventDefault();
    element('failure').textContent = '';
    const email = element('email').value;
    const user = new CognitoUser({ Username: email, Pool: pool, endpoint });
    user.authenticateUser(
      new AuthenticationDetails({ Username: email, Password: element('password').value }),
      {
        onSuccess: () => showUser(user),
        onFailure: (error) => (element('failure').textContent = error.message),
      },
    );
  };
}

async function begin() {
  // A token behind the #, which no server sees, is used as it is.
  const given = location.hash.slice(1);
  if (given) {
    await show(async () => given);
    return;
  }
  const found = await fetch(`/graphiql/apis/${apiId}/pool.json`);
  if (!found.ok) {
    element('missing').textContent = 'No API is at this address (any more): see what make up prints.';
    element('missing').hidden = false;
    return;
  }
  const { userPoolId: UserPoolId, clientId: ClientId } = await found.json();
  const endpoint = `${location.origin}/graphiql/cognito`;
  const pool = new CognitoUserPool({ UserPoolId, ClientId, endpoint });
  const user = pool.getCurrentUser();
  if (user) {
    try {
      await showUser(user);
      return;
    } catch {
      user.signOut();
    }
  }
  askToSignIn(pool, endpoint);
}

await begin();
