"""The stack's outputs lead to the real things."""

from tests.e2e.conftest import Deploy
from tests.e2e.stage import GET, Stage


def test_each_output_names_a_thing_that_is_there(stage: Stage) -> None:
    aws, outputs = stage.cloud.aws, stage.outputs

    assert stage.graphql(stage.customer().access_token, GET, id="1") == {"getOrder": None}
    assert outputs["realtimeUrl"].startswith("ws://")
    assert outputs["region"] == "us-east-1"
    client = aws.cognito.describe_user_pool_client(
        UserPoolId=outputs["userPoolId"], ClientId=outputs["userPoolClientId"]
    )["UserPoolClient"]
    assert "ClientSecret" not in client
    pool = aws.cognito.describe_user_pool(UserPoolId=outputs["userPoolId"])["UserPool"]
    asked = pool.get("Policies", {}).get("PasswordPolicy", {})
    assert outputs["passwordPolicy"] == {
        name: asked.get(name[0].upper() + name[1:]) for name in outputs["passwordPolicy"]
    }
    groups = aws.cognito.list_groups(UserPoolId=outputs["userPoolId"])["Groups"]
    assert outputs["userGroups"] == [group.get("GroupName") for group in groups]
    api = aws.appsync.get_graphql_api(apiId=outputs["graphqlUrl"].split("/")[-2])["graphqlApi"]
    assert outputs["defaultAuthorizationMode"] == api.get("authenticationType")
    assert outputs["authorizationModes"] == [
        each.get("authenticationType") for each in api.get("additionalAuthenticationProviders", [])
    ]
    for queue in ("orderQueueUrl", "deadLetterQueueUrl"):
        assert aws.sqs.get_queue_attributes(QueueUrl=outputs[queue], AttributeNames=["QueueArn"])
    for table in ("orderTableName", "restaurantStaffTableName"):
        assert aws.dynamodb.describe_table(TableName=outputs[table])
    machine = aws.step_functions.describe_state_machine(stateMachineArn=outputs["workflowArn"])
    assert machine["status"] == "ACTIVE"
    assert aws.sns.get_topic_attributes(TopicArn=outputs["notificationTopicArn"])


def test_two_stages_fit_one_account(deploy: Deploy) -> None:
    first, second = deploy(workflowType="STANDARD"), deploy(workflowType="EXPRESS")

    assert set(first.outputs) == set(second.outputs)
    same = {name for name in first.outputs if first.outputs[name] == second.outputs[name]}
    settings = {"passwordPolicy", "userGroups", "defaultAuthorizationMode", "authorizationModes"}
    assert same == {"stage", "region"} | settings
