import type { CodegenConfig } from '@graphql-codegen/cli';

/** What `make codegen` makes of the schema: the types of the storefront's operations, and the whole
 * schema in one file, for the tools of other front ends. */
const config: CodegenConfig = {
  schema: ['../graphql/appsync.graphql', '../graphql/schema.graphql'],
  // As it is written: the order of its types and fields says something. The CLI's type leaves it out.
  ...{ sort: false },
  generates: {
    'src/api/generated.ts': {
      documents: 'src/api/operations.graphql',
      plugins: [
        { add: { content: '// Made by `make codegen`.' } },
        'typescript',
        'typescript-operations',
        'typed-document-node',
      ],
      config: {
        onlyOperationTypes: true,
        enumsAsTypes: true,
        useTypeImports: true,
        immutableTypes: true,
        avoidOptionals: false,
        strictScalars: true,
        scalars: { AWSDateTime: 'string', AWSDate: 'string', AWSTime: 'string', AWSTimestamp: 'number', AWSEmail: 'string', AWSJSON: 'string', AWSURL: 'string', AWSPhone: 'string', AWSIPAddress: 'string' },
        documentMode: 'documentNode',
      },
    },
    '../graphql/published/orderflow.graphql': {
      plugins: [
        { add: { content: '# Made by `make codegen`: schema.graphql, with what AppSync adds to it.\n' } },
        'schema-ast',
      ],
      config: { includeDirectives: true },
    },
  },
};
export default config;
