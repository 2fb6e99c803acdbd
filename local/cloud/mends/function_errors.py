"""Has errors of functions be what they are on Lambda, and named as Step Functions names them.

- What a Python handler raises is named by its class; a process that ended, `Runtime.ExitError`. The
  emulator names both `Runtime.HandlerError`, so no Retry or Catch by a name ever matched.
- A process whose handler raised takes the next call. The emulator ends it, and starts another.
- A process that ends while it starts fails its own call, as one that ends later does. The emulator
  ends all others of the function too.
- What a module cannot be imported for is told, and named as Lambda's runtime names it. The emulator
  loses it where the process has ended before it is asked.
- A call that was throttled is `Lambda.TooManyRequestsException` to a workflow. The emulator names
  it `Lambda.Unknown`.

https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
https://github.com/aws/aws-lambda-python-runtime-interface-client/blob/main/awslambdaric/bootstrap.py
"""

import contextlib
import json
import subprocess
from contextvars import ContextVar
from typing import Any

from ministack.core import lambda_runtime  # pyright: ignore[reportMissingTypeStubs]
from ministack.services import (  # pyright: ignore[reportMissingTypeStubs]
    lambda_svc,
    stepfunctions,
)

# How the process that runs a handler begins to tell what that raised.
TOLD = '{"status": "error", "error": str(e), "trace": '
# "ok" is of the process: what answers with an error is ended.
NAMED = '{"status": "ok", "error": str(e), "errorType": type(e).__name__, "trace": '
# How it tells of what the import of the handler's module raised.
NOT_IMPORTED = '{"status": "error", "error": str(e)}'
IMPORT_NAMED = """{"status": "error", "error": json.dumps(_fault(
            e, module_name, handler_name, "mod" in locals()))}"""
FAULT = """
def _fault(e, module, handler, imported):
    import traceback
    name, text, trace = type(e).__name__, str(e), None
    if isinstance(e, ImportError):
        name, text = "Runtime.ImportModuleError", f"Unable to import module '{module}': {e}"
    elif isinstance(e, SyntaxError):
        name, text = "Runtime.UserCodeSyntaxError", f"Syntax error in module '{module}': {e}"
    elif imported and isinstance(e, AttributeError):
        name, text = "Runtime.HandlerNotFound", f"Handler '{handler}' missing on module '{module}'"
    else:
        trace = traceback.format_exc()
    return {"errorType": name, "error": text, "trace": trace or f"[ERROR] {name}: {text}"}
"""
NOT_STARTED = "Worker init failed: "
# How the emulator tells of a process that ended instead.
ENDED = "Worker process died"
THROTTLED = "TooManyRequestsException"
PIPES_CLOSE_BEFORE_SECONDS = 1

_runtime: Any = lambda_runtime
_functions: Any = lambda_svc
_states: Any = stepfunctions

# What the invocation that goes on here raised.
_raised: ContextVar[str | None] = ContextVar("raised", default=None)


def name_function_errors() -> None:
    """Patch the emulator that this process runs."""
    script = _runtime._PYTHON_WORKER_SCRIPT
    assert script.count(TOLD) == script.count(NOT_IMPORTED) == 1
    script = script.replace(TOLD, NAMED).replace(NOT_IMPORTED, IMPORT_NAMED)
    _runtime._PYTHON_WORKER_SCRIPT = FAULT + script
    invoke, execute = _runtime.Worker.invoke, _functions._execute_function_warm
    call = _states._call_lambda

    def invoke_and_note(worker: Any, *arguments: Any, **named: Any) -> dict[str, Any]:
        try:
            answer = invoke(worker, *arguments, **named)
        except (RuntimeError, OSError) as error:
            if not _is_ending(worker._proc):
                raise
            answer = dict[str, Any](status="error", error=ENDED, cold_start=True, log="")
            _, not_started, fault = str(error).partition(NOT_STARTED)
            if not_started and fault.startswith("{"):
                answer |= json.loads(fault)
        if "errorType" in answer:
            answer["status"] = "error"
        ended = answer.get("error") == ENDED
        _raised.set("Runtime.ExitError" if ended else answer.get("errorType"))
        return answer

    def execute_and_name(*arguments: Any) -> dict[str, Any]:
        _raised.set(None)
        result = execute(*arguments)
        if error_type := _raised.get():
            result["body"]["errorType"] = error_type
        return result

    def call_and_name(function: Any, event: Any) -> Any:
        try:
            return call(function, event)
        except _states._ExecutionError as error:
            if error.error != "Lambda.Unknown" or THROTTLED not in error.cause:
                raise
            raise _states._ExecutionError(f"Lambda.{THROTTLED}", error.cause) from None

    _runtime.Worker.invoke = invoke_and_note
    _functions._execute_function_warm = execute_and_name
    _states._call_lambda = call_and_name


def _is_ending(process: subprocess.Popen[str] | None) -> bool:
    """Whether the process has ended; its pipes close a moment before."""
    if process is None:
        return False
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(PIPES_CLOSE_BEFORE_SECONDS)
        return True
    return False
