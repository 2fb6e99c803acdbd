// What a script does with graphql-request, run by test_graphql_request.py: sends each request, and
// prints what came, as one line of JSON. Its argument is a JSON object.
import { ClientError, GraphQLClient } from 'graphql-request';

const { url, headers, requests } = JSON.parse(process.argv[2]);

const client = new GraphQLClient(url, { headers });
const answers = [];
for (const [document, variables] of requests) {
  try {
    answers.push({ data: await client.request(document, variables) });
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    const { status, data, errors } = error.response;
    answers.push({ status, data, errors });
  }
}
console.log(JSON.stringify(answers));
