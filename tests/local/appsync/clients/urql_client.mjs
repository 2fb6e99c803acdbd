// What a front end does with urql as it comes, run by test_urql.py: sends each operation, and prints
// what came and by which methods, as one line of JSON. Its argument is a JSON object.
import { Client, cacheExchange, fetchExchange } from '@urql/core';

const { url, headers, queries, mutations } = JSON.parse(process.argv[2]);

const methods = [];
const client = new Client({
  url,
  exchanges: [cacheExchange, fetchExchange],
  fetchOptions: { headers },
  fetch: (address, options) => {
    methods.push(options.method);
    return fetch(address, options);
  },
});

const answers = [];
const keep = ({ data, error }) =>
  answers.push(error ? { data, error: error.message, status: error.response?.status } : { data });
for (const [query, variables] of queries) keep(await client.query(query, variables).toPromise());
for (const [mutation, variables] of mutations)
  keep(await client.mutation(mutation, variables).toPromise());
console.log(JSON.stringify({ answers, methods }));
