"""What of the emulator is mended, each in one module that says what AWS does instead.

All of it was seen in MiniStack 1.5.33, and is looked at anew with each other version.
"""

from local.cloud.mends.api_settings import change_api_settings
from local.cloud.mends.costs import COSTS
from local.cloud.mends.event_deliveries import ask_queue_policies
from local.cloud.mends.execution_ends import end_executions_once
from local.cloud.mends.execution_starts import tell_executions_apart
from local.cloud.mends.function_errors import name_function_errors
from local.cloud.mends.function_updates import let_calls_end
from local.cloud.mends.metric_math import keep_metric_math
from local.cloud.mends.queue_messages import change_queues_whole
from local.cloud.mends.saved_queries import save_queries
from local.cloud.mends.ses_identities import authorize_sending_on_identities
from local.cloud.mends.stream_batches import deliver_streams_whole
from local.cloud.mends.table_throughput import throttle_tables
from local.cloud.mends.table_writes import write_tables_whole
from local.cloud.mends.user_pools import keep_to_pool_settings

MENDS = (
    ask_queue_policies,
    authorize_sending_on_identities,
    change_api_settings,
    change_queues_whole,
    deliver_streams_whole,
    end_executions_once,
    keep_metric_math,
    keep_to_pool_settings,
    let_calls_end,
    name_function_errors,
    save_queries,
    tell_executions_apart,
    throttle_tables,
    write_tables_whole,
    *COSTS,
)


def mend() -> None:
    """Mend the emulator that this process runs."""
    for each in MENDS:
        each()
