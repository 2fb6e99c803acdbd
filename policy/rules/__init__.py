"""The rules, a module for each concern; here all of them, in the order in which they are told."""

from policy.rule import Rule
from policy.rules import (
    access,
    api,
    data,
    functions,
    names,
    observability,
    queues,
    quotas,
    websites,
)

RULES: tuple[Rule, ...] = tuple(
    each
    for module in (access, queues, functions, quotas, observability, api, websites, data, names)
    for each in vars(module).values()
    if isinstance(each, Rule)
)
