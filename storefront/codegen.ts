import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: ['../graphql/appsync.graphql', '../graphql/schema.graphql'],
  documents: 'src/api/operations.graphql',
  generates: {
    'src/api/generated.ts': {
      plugins: ['typescript', 'typescript-operations', 'typed-document-node'],
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
  },
};
export default config;
