"""For a pull request's comment, and for the summary of a workflow's run.

A comment has 65,536 characters at most: where the report is longer, details are left out first,
then lines; never what nobody may overlook.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from preview.report.report import Report
from preview.report.sections import Line, Section, headline, sections, warnings
from preview.stage_preview import StagePreview

# Less than GitHub takes, so that there is room for a line of whoever posts it.
MOST_BYTES = 65_000


@dataclass(frozen=True, kw_only=True)
class _Room:
    """How much is told of each section."""

    details: int
    lines: int


ALL = 1_000_000
ROOMS = (
    _Room(details=ALL, lines=ALL),
    *(_Room(details=details, lines=ALL) for details in (200, 50, 10, 0)),
    *(_Room(details=0, lines=lines) for lines in (40, 10, 3, 0)),
)


def markdown(report: Report) -> str:
    """The report in as much detail as there is room for."""
    told = ""
    for room in ROOMS:
        told = "\n".join([*_report(report, room), ""])
        if len(told.encode()) <= MOST_BYTES:
            break
    return told


def _report(report: Report, room: _Room) -> Iterator[str]:
    yield f"What this does, compared with {_code(report.base)} ({report.commit[:7]}):"
    for stage in report.stages:
        yield from _stage(stage, room)
    for stage in report.gone:
        yield f"\n{_code(stage)} has no file any more; what it has stays until it is destroyed."


def _stage(stage: StagePreview, room: _Room) -> Iterator[str]:
    yield f"\n### {headline(stage)}"
    if loud := warnings(stage):
        yield "\n> [!CAUTION]"
        yield from (f"> - {_code(warning)}" for warning in loud)
    for section in sections(stage):
        yield from _section(section, room, stage.stage)


def _section(section: Section, room: _Room, stage: str) -> Iterator[str]:
    yield f"\n**{section.title}**\n"
    shown = section.lines[: room.lines]
    if shown:
        yield f"| | {' | '.join(section.columns)} |"
        yield "|---" * (len(section.columns) + 1) + "|"
        yield from (_row(line) for line in shown)
    if left := len(section.lines) - len(shown):
        yield f"\n{left} more: `make preview STAGE={stage}` tells them."
    yield from _details(shown, room, stage)


def _row(line: Line) -> str:
    cells = (_code(line.sign.strip()), *map(_code, line.cells))
    return f"| {' | '.join(cells)} |"


def _details(lines: Sequence[Line], room: _Room, stage: str) -> Iterator[str]:
    told = [
        told
        for line in lines
        if line.details
        for told in (f"@@ {' '.join(line.cells[:2])} @@", *line.details)
    ]
    if not told:
        return
    if room.details == 0:
        yield f"\n`make preview STAGE={stage}` tells the details."
        return
    shown = told[: room.details]
    # As long as none in what is fenced.
    fence = "`" * max(3, 1 + max(len(each) for each in re.findall("`*", "\n".join(shown))))
    yield f"\n<details><summary>{len(told)} lines of details</summary>\n\n{fence}diff"
    # What changes is marked by ! there.
    yield from (f"!{line[1:]}" if line[:1] == "~" else line for line in shown)
    yield fence
    if left := len(told) - len(shown):
        yield f"\n{left} more: `make preview STAGE={stage}` tells them."
    yield "\n</details>"


def _code(text: str) -> str:
    """As code, in which nothing means anything to GitHub."""
    plain = " ".join(text.split()).replace("`", "'").replace("|", "\\|")
    return f"`{plain}`" if plain else ""
