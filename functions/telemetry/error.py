"""What a log says of an error: not its text, which may quote what a customer wrote."""

from traceback import extract_tb

from botocore.exceptions import ClientError


def error_keys(error: BaseException) -> dict[str, str]:
    """AWS's code, or the class of the exception, and the place of ours that it came from."""
    code = error.response.get("Error", {}).get("Code") if isinstance(error, ClientError) else None
    frames = [
        f"{frame.filename.partition('functions/')[2]}:{frame.lineno}"
        for frame in extract_tb(error.__traceback__)
        if "functions/" in frame.filename
    ]
    return {"error": code or type(error).__name__, **({"at": frames[-1]} if frames else {})}
