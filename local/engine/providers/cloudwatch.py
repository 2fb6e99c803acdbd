"""CloudWatch: log groups, what is counted in them and asked of them, alarms, dashboards."""

from abc import abstractmethod
from typing import Any, ClassVar

from local.engine.aws import ACCOUNT, Aws
from local.engine.providers.provider import (
    ANY,
    DOCUMENT,
    FIXED,
    SET,
    TAGS,
    Gone,
    Inputs,
    Property,
    Provider,
    State,
    camel,
    given,
    pascal,
    retag,
    structure,
    tag_list,
    tag_map,
)


class LogGroup(Provider):
    inputs: ClassVar = {
        "name": FIXED,
        "namePrefix": FIXED,
        "retentionInDays": Property(default=0),
        "tags": TAGS,
    }
    outputs: ClassVar = {"arn": ()}

    def create(self, aws: Aws, inputs: Inputs) -> str:
        aws.logs.create_log_group(logGroupName=inputs["name"], tags=inputs["tags"])
        return inputs["name"]

    def settle(self, aws: Aws, made: str, inputs: Inputs) -> None:
        self._retain(aws, inputs)

    def read(self, aws: Aws, state: State) -> State:
        name = state["id"]
        groups = aws.logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        found = [group for group in groups if group.get("logGroupName") == name]
        if not found:
            raise Gone(name)
        return {
            "name": name,
            "arn": f"arn:aws:logs:{aws.region}:{ACCOUNT}:log-group:{name}",
            "retentionInDays": found[0].get("retentionInDays", 0),
            "tags": aws.logs.list_tags_log_group(logGroupName=name).get("tags", {}),
        }

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        if "retentionInDays" in changed:
            self._retain(aws, inputs)
        name = state["id"]
        retag(
            state,
            inputs,
            lambda tags: aws.logs.tag_log_group(logGroupName=name, tags=tags),
            lambda keys: aws.logs.untag_log_group(logGroupName=name, tags=keys),
        )

    def delete(self, aws: Aws, state: State) -> None:
        aws.logs.delete_log_group(logGroupName=state["id"])

    def _retain(self, aws: Aws, inputs: Inputs) -> None:
        name, days = inputs["name"], inputs["retentionInDays"]
        if days:
            aws.logs.put_retention_policy(logGroupName=name, retentionInDays=days)
        else:
            aws.logs.delete_retention_policy(logGroupName=name)


class _Alarm(Provider):
    """What alarms of either kind have in common."""

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        if changed - {"tags"}:
            self._put(aws, inputs)
        arn = state["arn"]
        retag(
            state,
            inputs,
            lambda tags: aws.cloudwatch.tag_resource(ResourceARN=arn, Tags=tag_list(tags)),
            lambda keys: aws.cloudwatch.untag_resource(ResourceARN=arn, TagKeys=keys),
        )

    def delete(self, aws: Aws, state: State) -> None:
        aws.cloudwatch.delete_alarms(AlarmNames=[state["id"]])

    def _tags(self, aws: Aws, arn: str) -> dict[str, str]:
        return tag_map(aws.cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"])

    @abstractmethod
    def _put(self, aws: Aws, inputs: Inputs, **tags: Any) -> None:
        """Have it be as the inputs say."""


class MetricAlarm(_Alarm):
    inputs: ClassVar = {
        "name": FIXED,
        "alarmDescription": ANY,
        "comparisonOperator": ANY,
        "datapointsToAlarm": ANY,
        "dimensions": ANY,
        "evaluationPeriods": ANY,
        "metricName": ANY,
        "metricQueries": ANY,
        "namespace": ANY,
        "period": ANY,
        "statistic": ANY,
        "threshold": ANY,
        "treatMissingData": Property(default="missing"),
        "alarmActions": SET,
        "okActions": SET,
        "tags": TAGS,
    }
    outputs: ClassVar = {"arn": ()}

    def create(self, aws: Aws, inputs: Inputs) -> str:
        self._put(aws, inputs, Tags=tag_list(inputs["tags"]))
        return inputs["name"]

    def read(self, aws: Aws, state: State) -> State:
        name = state["id"]
        alarms: Any = aws.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        if not alarms:
            raise Gone(name)
        [alarm] = alarms
        found = camel(alarm)
        return {
            **{key: found[key] for key in self.inputs if key in found},
            "name": name,
            "arn": alarm["AlarmArn"],
            "dimensions": _dimensions(alarm),
            "metricQueries": [_query_read(each) for each in alarm.get("Metrics", [])],
            "okActions": alarm.get("OKActions", []),
            "tags": self._tags(aws, alarm["AlarmArn"]),
        }

    def _put(self, aws: Aws, inputs: Inputs, **tags: Any) -> None:
        apart = {"name", "tags", "okActions", "dimensions", "metricQueries"}
        arguments = pascal(given(inputs, *(key for key in self.inputs if key not in apart)))
        if queries := inputs["metricQueries"]:
            # AWS takes the one or the other.
            arguments["Metrics"] = [_query(each) for each in queries]
        else:
            arguments["Dimensions"] = _named(inputs["dimensions"])
        aws.cloudwatch.put_metric_alarm(
            AlarmName=inputs["name"],
            OKActions=inputs["okActions"] or [],
            **arguments,
            **tags,
        )


def _named(dimensions: dict[str, str] | None) -> list[Any]:
    return [{"Name": key, "Value": value} for key, value in (dimensions or {}).items()]


def _dimensions(metric: Any) -> dict[str, str]:
    return {each["Name"]: each["Value"] for each in metric.get("Dimensions", [])}


def _query(query: Inputs) -> Any:
    """A metric, or the expression of metrics, as AWS has it."""
    asked = pascal({key: query[key] for key in ("id", "expression", "label") if key in query})
    asked["ReturnData"] = bool(query.get("returnData"))
    if metric := query.get("metric"):
        asked["MetricStat"] = {
            "Metric": {
                "Namespace": metric["namespace"],
                "MetricName": metric["metricName"],
                "Dimensions": _named(metric.get("dimensions")),
            },
            "Period": metric["period"],
            "Stat": metric["stat"],
        }
    return asked


def _query_read(asked: Any) -> Inputs:
    query: Inputs = {
        name: asked[key]
        for name, key in (("id", "Id"), ("expression", "Expression"), ("label", "Label"))
        if key in asked
    }
    if asked.get("ReturnData"):
        query["returnData"] = True
    if measured := asked.get("MetricStat"):
        metric = measured["Metric"]
        query["metric"] = {
            "namespace": metric["Namespace"],
            "metricName": metric["MetricName"],
            "dimensions": _dimensions(metric),
            "period": measured["Period"],
            "stat": measured["Stat"],
        }
    return query


class CompositeAlarm(_Alarm):
    inputs: ClassVar = {
        "alarmName": FIXED,
        "alarmDescription": ANY,
        "alarmRule": ANY,
        "alarmActions": SET,
        "okActions": SET,
        "tags": TAGS,
    }
    outputs: ClassVar = {"arn": ()}
    name: ClassVar = None

    def create(self, aws: Aws, inputs: Inputs) -> str:
        self._put(aws, inputs, Tags=tag_list(inputs["tags"]))
        return inputs["alarmName"]

    def read(self, aws: Aws, state: State) -> State:
        name = state["id"]
        answer: Any = aws.cloudwatch.describe_alarms(
            AlarmNames=[name], AlarmTypes=["CompositeAlarm"]
        )
        if not answer["CompositeAlarms"]:
            raise Gone(name)
        [alarm] = answer["CompositeAlarms"]
        return {
            "alarmName": alarm["AlarmName"],
            "arn": alarm["AlarmArn"],
            "alarmDescription": alarm.get("AlarmDescription", ""),
            "alarmRule": alarm["AlarmRule"],
            "alarmActions": alarm.get("AlarmActions", []),
            "okActions": alarm.get("OKActions", []),
            "tags": self._tags(aws, alarm["AlarmArn"]),
        }

    def _put(self, aws: Aws, inputs: Inputs, **tags: Any) -> None:
        aws.cloudwatch.put_composite_alarm(
            AlarmName=inputs["alarmName"],
            AlarmDescription=inputs["alarmDescription"] or "",
            AlarmRule=inputs["alarmRule"],
            AlarmActions=inputs["alarmActions"] or [],
            OKActions=inputs["okActions"] or [],
            **tags,
        )


class Dashboard(Provider):
    inputs: ClassVar = {"dashboardName": FIXED, "dashboardBody": DOCUMENT}
    outputs: ClassVar = {"dashboardArn": ()}
    name: ClassVar = None

    def create(self, aws: Aws, inputs: Inputs) -> str:
        self._put(aws, inputs)
        return inputs["dashboardName"]

    def read(self, aws: Aws, state: State) -> State:
        found: Any = aws.cloudwatch.get_dashboard(DashboardName=state["id"])
        return {
            "dashboardName": found["DashboardName"],
            "dashboardBody": found["DashboardBody"],
            "dashboardArn": found["DashboardArn"],
        }

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        self._put(aws, inputs)

    def delete(self, aws: Aws, state: State) -> None:
        aws.cloudwatch.delete_dashboards(DashboardNames=[state["id"]])

    def _put(self, aws: Aws, inputs: Inputs) -> None:
        aws.cloudwatch.put_dashboard(
            DashboardName=inputs["dashboardName"], DashboardBody=inputs["dashboardBody"]
        )


class LogMetricFilter(Provider):
    inputs: ClassVar = {
        "name": FIXED,
        "logGroupName": FIXED,
        "metricTransformation": structure("name", "namespace", "value", "defaultValue", "unit"),
        "pattern": ANY,
    }

    def create(self, aws: Aws, inputs: Inputs) -> str:
        self._put(aws, inputs)
        return inputs["name"]

    def read(self, aws: Aws, state: State) -> State:
        answer: Any = aws.logs.describe_metric_filters(
            logGroupName=state["logGroupName"], filterNamePrefix=state["id"]
        )
        found = [each for each in answer["metricFilters"] if each["filterName"] == state["id"]]
        if not found:
            raise Gone(state["id"])
        [transformation] = found[0]["metricTransformations"]
        kept = {
            "name": transformation["metricName"],
            "namespace": transformation["metricNamespace"],
        }
        default = transformation.get("defaultValue")
        return {
            "name": found[0]["filterName"],
            "logGroupName": state["logGroupName"],
            "pattern": found[0]["filterPattern"],
            "metricTransformation": {
                **kept,
                "value": transformation["metricValue"],
                **({} if default is None else {"defaultValue": f"{default:g}"}),
                **({"unit": transformation["unit"]} if "unit" in transformation else {}),
            },
        }

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        self._put(aws, inputs)

    def delete(self, aws: Aws, state: State) -> None:
        aws.logs.delete_metric_filter(logGroupName=state["logGroupName"], filterName=state["id"])

    def _put(self, aws: Aws, inputs: Inputs) -> None:
        asked: dict[str, str] = inputs["metricTransformation"]
        transformation: Any = {
            "metricName": asked["name"],
            "metricNamespace": asked["namespace"],
            "metricValue": asked["value"],
            **given({"unit": asked.get("unit")}, "unit"),
        }
        if (default := asked.get("defaultValue")) is not None:
            transformation["defaultValue"] = float(default)
        aws.logs.put_metric_filter(
            logGroupName=inputs["logGroupName"],
            filterName=inputs["name"],
            filterPattern=inputs["pattern"],
            metricTransformations=[transformation],
        )


class QueryDefinition(Provider):
    inputs: ClassVar = {"name": ANY, "queryString": ANY, "logGroupNames": Property(default=[])}
    outputs: ClassVar = {"queryDefinitionId": ()}

    def create(self, aws: Aws, inputs: Inputs) -> str:
        return self._put(aws, inputs)

    def read(self, aws: Aws, state: State) -> State:
        answer = aws.logs.describe_query_definitions()
        for found in answer.get("queryDefinitions", []):
            if found.get("queryDefinitionId") == state["id"]:
                return {key: found.get(key) for key in (*self.inputs, *self.outputs)}
        raise Gone(state["id"])

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        self._put(aws, inputs, queryDefinitionId=state["id"])

    def delete(self, aws: Aws, state: State) -> None:
        aws.logs.delete_query_definition(queryDefinitionId=state["id"])

    def _put(self, aws: Aws, inputs: Inputs, **known: Any) -> str:
        made: Any = aws.logs.put_query_definition(
            **given(inputs, "name", "queryString", "logGroupNames"), **known
        )
        return made["queryDefinitionId"]


PROVIDERS: dict[str, Provider] = {
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": CompositeAlarm(),
    "aws:cloudwatch/dashboard:Dashboard": Dashboard(),
    "aws:cloudwatch/logGroup:LogGroup": LogGroup(),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": LogMetricFilter(),
    "aws:cloudwatch/metricAlarm:MetricAlarm": MetricAlarm(),
    "aws:cloudwatch/queryDefinition:QueryDefinition": QueryDefinition(),
}
