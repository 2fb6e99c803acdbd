"""What a function's traceback says in one line."""

import re

# A frame of ours in a traceback, wherever the function was unpacked.
FRAME = re.compile(r'  File ".*?/(functions/[^"]+)", line (\d+)')


def raised(lines: list[str]) -> str:
    """The exception of a traceback, and where in functions/ it came from; empty without one."""
    text = next((line for line in reversed(lines) if line.strip()), "").strip()
    frames = [frame for line in lines if (frame := FRAME.match(line))]
    where = f", {frames[-1][1]} line {frames[-1][2]}" if frames else ""
    # The class without its module.
    text = re.sub(r"^(?:[a-z_]\w*\.)+(?=[A-Z]\w*(?::|$))", "", text.removeprefix("[ERROR] "))
    return f"{text}{where}" if text else ""
