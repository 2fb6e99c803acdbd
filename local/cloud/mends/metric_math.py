"""Has an alarm keep the metric math that it is computed by, as CloudWatch does.

The emulator leaves `Metrics` out of what it keeps of an alarm, and takes it for one on a metric of
no name. It evaluates no such alarm, neither before nor after.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
"""

from typing import Any

from ministack.services import cloudwatch  # pyright: ignore[reportMissingTypeStubs]

# What CloudWatch takes only without `Metrics`, and the emulator makes up.
OF_ONE_METRIC = ("Dimensions", "Namespace", "MetricName", "Statistic", "Period", "Unit")

_cloudwatch: Any = cloudwatch


def keep_metric_math() -> None:
    """Patch the emulator that this process runs."""
    put = _cloudwatch._put_metric_alarm

    def put_whole(
        params: dict[str, Any], asked: dict[str, Any] | None, *protocol: Any, **named: Any
    ) -> Any:
        answer = put(params, asked, *protocol, **named)
        if asked and asked.get("Metrics") and answer[0] == 200:
            alarm: dict[str, Any] = _cloudwatch._alarms[asked["AlarmName"]]
            for each in OF_ONE_METRIC:
                alarm.pop(each, None)
            alarm["Metrics"] = asked["Metrics"]
        return answer

    _cloudwatch._put_metric_alarm = put_whole
