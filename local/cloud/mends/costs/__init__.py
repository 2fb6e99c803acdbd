"""What the emulator spends and AWS does not, each in one module; nothing else is changed by it.

Measured at the draining of 300 and 3,000 queued orders: see bench/README.md.
"""

from local.cloud.mends.costs.caller_policies import read_policies_once
from local.cloud.mends.costs.execution_delay import begin_at_once
from local.cloud.mends.costs.function_logs import end_logs_at_once
from local.cloud.mends.costs.function_starts import fork_workers
from local.cloud.mends.costs.garbage_collection import collect_rarely
from local.cloud.mends.costs.http_server import serve_by_uvicorn
from local.cloud.mends.costs.parsed_expressions import keep_parsed_expressions
from local.cloud.mends.costs.task_threads import share_task_threads

COSTS = (
    begin_at_once,
    collect_rarely,
    end_logs_at_once,
    fork_workers,
    keep_parsed_expressions,
    read_policies_once,
    serve_by_uvicorn,
    share_task_threads,
)
