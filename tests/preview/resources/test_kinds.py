"""What is known of the types of resources, against who knows it better."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from preview.recording import STAGES, record_everything, record_program
from preview.resources.kinds import KINDS

# CloudFormation's types and properties, where they are not called alike.
TYPES = {
    "aws:appsync/dataSource:DataSource": "AWS::AppSync::DataSource",
    "aws:appsync/function:Function": "AWS::AppSync::FunctionConfiguration",
    "aws:appsync/resolver:Resolver": "AWS::AppSync::Resolver",
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": "AWS::CloudWatch::CompositeAlarm",
    "aws:cloudwatch/eventRule:EventRule": "AWS::Events::Rule",
    "aws:cloudwatch/dashboard:Dashboard": "AWS::CloudWatch::Dashboard",
    "aws:cloudwatch/logGroup:LogGroup": "AWS::Logs::LogGroup",
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": "AWS::Logs::MetricFilter",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "AWS::CloudWatch::Alarm",
    "aws:cognito/userGroup:UserGroup": "AWS::Cognito::UserPoolGroup",
    "aws:cognito/userPoolClient:UserPoolClient": "AWS::Cognito::UserPoolClient",
    "aws:dynamodb/table:Table": "AWS::DynamoDB::Table",
    "aws:iam/role:Role": "AWS::IAM::Role",
    "aws:iam/rolePolicy:RolePolicy": "AWS::IAM::RolePolicy",
    "aws:lambda/eventSourceMapping:EventSourceMapping": "AWS::Lambda::EventSourceMapping",
    "aws:lambda/function:Function": "AWS::Lambda::Function",
    "aws:lambda/permission:Permission": "AWS::Lambda::Permission",
    "aws:sfn/stateMachine:StateMachine": "AWS::StepFunctions::StateMachine",
    "aws:sns/topic:Topic": "AWS::SNS::Topic",
    "aws:sns/topicSubscription:TopicSubscription": "AWS::SNS::Subscription",
    "aws:sqs/queue:Queue": "AWS::SQS::Queue",
    "aws:wafv2/webAcl:WebAcl": "AWS::WAFv2::WebACL",
    "aws:wafv2/webAclAssociation:WebAclAssociation": "AWS::WAFv2::WebACLAssociation",
}
PROPERTIES = {
    "AlarmName": "name",
    "FieldName": "field",
    "FilterName": "name",
    "GroupName": "name",
    "ImportSourceSpecification": "importTable",
    "InvokedViaFunctionUrl": "functionUrlAuthType",
    "LogGroupName": "name",
    "PolicyName": "name",
    "PrincipalOrgID": "principalOrgId",
    "QueueName": "name",
    "StateMachineName": "name",
    "StateMachineType": "type",
    "TableName": "name",
    "TopicArn": "topic",
    "TopicName": "name",
    "TypeName": "type",
    "WebACLArn": "webAclArn",
}
OF_ONE_TYPE = {
    ("aws:cloudwatch/compositeAlarm:CompositeAlarm", "AlarmName"): "alarmName",
    ("aws:cloudwatch/logMetricFilter:LogMetricFilter", "LogGroupName"): "logGroupName",
    ("aws:iam/role:Role", "RoleName"): "name",
    ("aws:iam/rolePolicy:RolePolicy", "RoleName"): "role",
    ("aws:lambda/function:Function", "FunctionName"): "name",
    ("aws:lambda/permission:Permission", "FunctionName"): "function",
}
# The program's provider takes it as a property of its own.
ELSEWHERE = {("aws:lambda/function:Function", "TenancyConfig")}


def test_every_type_of_the_program_is_known() -> None:
    recordings = [record_everything(), *(record_program(each) for each in STAGES if each != "prod")]
    types = {each.type for recording in recordings for each in recording.resources if each.custom}
    assert types - KINDS.keys() == set()


@pytest.mark.parametrize("resource_type", TYPES)
def test_what_cloud_formation_replaces_by_is_known(resource_type: str) -> None:
    properties = {
        OF_ONE_TYPE.get((resource_type, each)) or PROPERTIES.get(each) or each[0].lower() + each[1:]
        for each in create_only(TYPES[resource_type])
        if (resource_type, each) not in ELSEWHERE
    }
    assert properties
    assert properties <= KINDS[resource_type].replaced_by


def create_only(cloud_formation_type: str) -> list[str]:
    """The properties that CloudFormation cannot change, as cfn-lint has them of AWS."""
    spec = importlib.util.find_spec("cfnlint")
    assert spec
    assert spec.origin
    schemas = Path(spec.origin).parent / "data" / "schemas"
    files: dict[str, str] = json.loads((schemas / "providers" / "us-east-1.json").read_text())
    file = schemas / "resources" / f"{files[cloud_formation_type]}.json"
    schema: dict[str, Any] = json.loads(file.read_text())
    return [each.rpartition("/")[2] for each in schema["createOnlyProperties"]]
