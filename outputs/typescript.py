"""The configuration as a module of TypeScript, for front ends that are built for one stage."""

import json
from collections.abc import Mapping
from typing import Any

# In `satisfies` the type is checked where the module is compiled; `as const` keeps each value.
MODULE = """\
// Made by `make outputs FORMAT=typescript`.

export interface Outputs {
  readonly stage: string;
  readonly region: string;
  readonly graphqlUrl: string;
  readonly realtimeUrl: string;
  readonly userPoolId: string;
  readonly userPoolClientId: string;
  readonly passwordPolicy: {
    readonly minimumLength: number;
    readonly requireLowercase: boolean;
    readonly requireNumbers: boolean;
    readonly requireSymbols: boolean;
    readonly requireUppercase: boolean;
  };
  /** Of the embedded cloud alone: where Cognito answers, and where its mails are read. */
  readonly local?: { readonly userPoolEndpoint: string; readonly mailboxUrl: string };
}

export const outputs = %s as const satisfies Outputs;
"""


def typescript(config: Mapping[str, Any]) -> str:
    """A module that exports the values of config.json, and their type."""
    return MODULE % json.dumps(config, indent=2)
