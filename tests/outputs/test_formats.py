"""What front ends are configured with, as their own tools take it."""

import json
import re
from collections.abc import Iterator
from typing import Any, cast

import pytest

from outputs.__main__ import AMPLIFY, FORMATS, formatted
from outputs.amplify import SIGNS_IN_BY
from outputs.config import storefront_config
from outputs.dotenv import dotenv
from outputs.public import PUBLIC, OutputsError
from outputs.source import StageOutputs
from preview.recording import REGION, record_everything
from tests.outputs.front_end import FrontEnd

LOCAL = {
    "userPoolEndpoint": "http://127.0.0.1:4567/graphiql/cognito",
    "mailboxUrl": "http://127.0.0.1:4567/mailbox",
}
SCHEMA = "./node_modules/@aws-amplify/client-config/lib/client-config-schema/client_config_v1.4"
PARSE = """
import { parseAmplifyConfig } from 'aws-amplify/utils';
console.log(JSON.stringify(parseAmplifyConfig(JSON.parse(process.argv[1]))));
"""
LOAD_ENV = """
import { loadEnv } from 'vite';
console.log(JSON.stringify(loadEnv('production', process.cwd())));
"""


def stage(outputs: dict[str, Any]) -> StageOutputs:
    return StageOutputs(stage=outputs["stage"], values=outputs)


def texts(value: Any) -> Iterator[str]:
    """All that are in an output, which can be an object."""
    if isinstance(value, dict):
        for each in cast(dict[str, Any], value).values():
            yield from texts(each)
    else:
        yield value


@pytest.mark.parametrize("form", [AMPLIFY, *FORMATS])
def test_nothing_of_the_operators_gets_out(outputs: dict[str, Any], form: str) -> None:
    told = formatted(stage(outputs), form)
    operators = {name: value for name, value in outputs.items() if name not in PUBLIC}
    # Each has one: queues, dead-letter queues, tables, the workflow, the topic.
    assert len(operators) >= 10
    for name, value in operators.items():
        assert name not in told
        for text in texts(value):
            assert text not in told
    for word in ("arn:", "sqs", "dead", "123456789012", "secret"):
        assert word not in told.lower()


@pytest.mark.parametrize("form", [AMPLIFY, *FORMATS])
def test_what_is_not_known_as_public_is_not_told(outputs: dict[str, Any], form: str) -> None:
    known = formatted(stage(outputs), form)
    assert formatted(stage(outputs | {"adminKey": "of-nobody"}), form) == known


@pytest.mark.parametrize("name", sorted({*PUBLIC} - {"stage"}))
def test_an_older_programs_stage_is_told_which_output_it_lacks(
    on_aws: dict[str, Any], name: str
) -> None:
    older = {each: value for each, value in on_aws.items() if each != name}
    with pytest.raises(OutputsError, match=f"^Output {name} is missing: .* Deploy it again"):
        formatted(stage(older), AMPLIFY)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"graphqlUrl": None}, "Output graphqlUrl is None, but must be a text"),
        ({"graphqlUrl": ""}, "Output graphqlUrl is '', but must be a text"),
        ({"userGroups": "staff"}, "Output userGroups is 'staff', but must be a list of texts"),
        ({"userGroups": [1]}, r"Output userGroups is \[1\], but must be a list of texts"),
        ({"passwordPolicy": "[secret]"}, "Output passwordPolicy is '.secret.', but must be an obj"),
        ({"passwordPolicy": {}}, "Output passwordPolicy.minimumLength is None, but must be a numb"),
        (
            {"passwordPolicy": {"minimumLength": 12, "requireLowercase": "yes"}},
            "Output passwordPolicy.requireLowercase is 'yes', but must be true or false",
        ),
    ],
)
def test_rubbish_is_named(on_aws: dict[str, Any], wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(OutputsError, match=f"^{told}"):
        formatted(stage(on_aws | wrong), AMPLIFY)


def test_the_storefront_reads_this(on_aws: dict[str, Any], locally: dict[str, Any]) -> None:
    config = {
        "stage": "prod",
        "region": REGION,
        "graphqlUrl": "https://order-api.example/graphql",
        "realtimeUrl": "wss://order-api.example/graphql",
        "userPoolId": "customers-UserPool",
        "userPoolClientId": "customers-UserPoolClient",
        "passwordPolicy": {
            "minimumLength": 12,
            "requireLowercase": True,
            "requireNumbers": True,
            "requireSymbols": False,
            "requireUppercase": True,
        },
    }
    assert json.loads(formatted(stage(on_aws), "json")) == config
    assert json.loads(formatted(stage(locally), "json")) == {
        **config,
        "stage": "local",
        "graphqlUrl": locally["graphqlUrl"],
        "realtimeUrl": locally["realtimeUrl"],
        "local": LOCAL,
    }


def test_a_whole_number_of_pulumis_is_one(on_aws: dict[str, Any]) -> None:
    policy = {**on_aws["passwordPolicy"], "minimumLength": 12.0}
    config = storefront_config(on_aws | {"passwordPolicy": policy}, stage="prod")
    assert str(config["passwordPolicy"]["minimumLength"]) == "12"


def test_amplifys_schema_takes_it(
    front_end: FrontEnd, on_aws: dict[str, Any], locally: dict[str, Any]
) -> None:
    told = formatted(stage(locally), AMPLIFY)
    # To this the schema's `auth` says no, and so does `data`.
    refused = "// @ts-expect-error: there is no such key.\n    "
    auth = told.replace('"aws_region"', f'{refused}"user_pool_endpoint": "", "aws_region"', 1)
    data = told.replace('"url"', f'{refused}"realtime_url": "", "url"', 1)
    front_end.write(
        outputs_ts=f"import type {{ AWSAmplifyBackendOutputs }} from '{SCHEMA}';\n"
        "export const outputs: AWSAmplifyBackendOutputs[] = "
        f"[{formatted(stage(on_aws), AMPLIFY)}, {told}, {auth}, {data}];\n"
    )
    assert front_end.compile("outputs.ts") == ""
    # What the types that are made of the schema do not say: `minimum`, `maximum`, `uniqueItems`.
    values = json.loads(told)["auth"]
    assert 6 <= values["password_policy"]["min_length"] <= 99
    for name in ("username_attributes", "standard_required_attributes"):
        assert len(set(values[name])) == len(values[name]) > 0


def test_amplify_reads_it(front_end: FrontEnd, on_aws: dict[str, Any]) -> None:
    config = front_end.evaluate(PARSE, json.loads(formatted(stage(on_aws), AMPLIFY)))
    assert config == {
        "Auth": {
            "Cognito": {
                "userPoolId": "customers-UserPool",
                "userPoolClientId": "customers-UserPoolClient",
                "groups": [{"staff": {}}],
                "loginWith": {"email": True, "phone": False, "username": False},
                "passwordFormat": {
                    "minLength": 12,
                    "requireLowercase": True,
                    "requireNumbers": True,
                    "requireSpecialCharacters": False,
                    "requireUppercase": True,
                },
                "userAttributes": {"email": {"required": True}},
            }
        },
        "API": {
            "GraphQL": {
                "endpoint": "https://order-api.example/graphql",
                "region": REGION,
                "defaultAuthMode": "userPool",
            }
        },
    }


def test_what_is_local_is_amplifys_custom(on_aws: dict[str, Any], locally: dict[str, Any]) -> None:
    assert "custom" not in json.loads(formatted(stage(on_aws), AMPLIFY))
    assert json.loads(formatted(stage(locally), AMPLIFY))["custom"] == {"local": LOCAL}


def test_amplify_is_told_how_customers_sign_in() -> None:
    pool = record_everything().one("aws:cognito/userPool:UserPool", "customers").inputs
    assert pool["usernameAttributes"] == pool["autoVerifiedAttributes"] == SIGNS_IN_BY


def test_vite_reads_each_value(front_end: FrontEnd, locally: dict[str, Any]) -> None:
    (front_end.folder / ".env").write_text(formatted(stage(locally), "dotenv"))
    assert front_end.evaluate(LOAD_ENV) == {
        "VITE_STAGE": "local",
        "VITE_REGION": REGION,
        "VITE_GRAPHQL_URL": locally["graphqlUrl"],
        "VITE_REALTIME_URL": locally["realtimeUrl"],
        "VITE_USER_POOL_ID": "customers-UserPool",
        "VITE_USER_POOL_CLIENT_ID": "customers-UserPoolClient",
        "VITE_PASSWORD_POLICY_MINIMUM_LENGTH": "12",
        "VITE_PASSWORD_POLICY_REQUIRE_LOWERCASE": "true",
        "VITE_PASSWORD_POLICY_REQUIRE_NUMBERS": "true",
        "VITE_PASSWORD_POLICY_REQUIRE_SYMBOLS": "false",
        "VITE_PASSWORD_POLICY_REQUIRE_UPPERCASE": "true",
        "VITE_LOCAL_USER_POOL_ENDPOINT": LOCAL["userPoolEndpoint"],
        "VITE_LOCAL_MAILBOX_URL": LOCAL["mailboxUrl"],
    }


HOSTILE = {
    "spaces": "  a b  ",
    "comment": "a # b",
    "expanded": "$HOME ${HOME} \\n",
    "apostrophe": "Joe's $HOME \\n",
    "quotes": 'say "no"',
    "backquote": "a`b",
    "lines": "a\nVITE_STAGE=b",
    "assignment": "a=b",
    "nothing": "",
    "umlaut": "Döner",
}


def test_vite_reads_whatever_stands_in_a_value(front_end: FrontEnd) -> None:
    (front_end.folder / ".env").write_text(dotenv(HOSTILE))
    read = front_end.evaluate(LOAD_ENV)
    assert read == {f"VITE_{name.upper()}": value for name, value in HOSTILE.items()}


def test_what_no_env_file_holds_is_refused() -> None:
    with pytest.raises(OutputsError, match=r"^VITE_STAGE is .*: with all these quotes, no \.env"):
        dotenv({"stage": "'`"})


def test_the_module_is_typed(
    front_end: FrontEnd, on_aws: dict[str, Any], locally: dict[str, Any]
) -> None:
    on_aws_module = formatted(stage(on_aws), "typescript")
    front_end.write(
        aws_ts=on_aws_module,
        local_ts=formatted(stage(locally), "typescript"),
        wrong_ts=on_aws_module.replace('"stage"', '// @ts-expect-error: a text.\n  "stage": 5,//'),
        front_end_ts="""
import { outputs, type Outputs } from './aws';
import { outputs as local } from './local';
export const region: 'us-east-1' = outputs.region;
export const mailbox: 'http://127.0.0.1:4567/mailbox' = local.local.mailboxUrl;
export const any: Outputs[] = [outputs, local];
// @ts-expect-error: it is a constant.
outputs.passwordPolicy.minimumLength = 8;
""",
    )
    assert front_end.compile("front_end.ts", "wrong.ts") == ""


def test_the_module_has_the_values_of_the_config(outputs: dict[str, Any]) -> None:
    module = formatted(stage(outputs), "typescript")
    [literal] = re.findall(r"(?s)export const outputs = (.*) as const", module)
    assert json.loads(literal) == storefront_config(outputs, stage=outputs["stage"])
