"""For a terminal."""

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from preview.report.report import Report
from preview.report.sections import Section, headline, sections, warnings
from preview.stage_preview import StagePreview

STYLES = {"+": "green", "-": "red", "~": "yellow", "!": "bold red"}


def show(report: Report, console: Console) -> None:
    """Print the report, as wide as the terminal is."""
    console.print(Text(f"compared with {report.base} ({report.commit[:7]})", style="dim"))
    for stage in report.stages:
        _show_stage(stage, console)
    for stage in report.gone:
        console.print(f"{stage} has no file any more; what it has stays until it is destroyed.")


def _show_stage(stage: StagePreview, console: Console) -> None:
    console.print(Text(headline(stage), style="bold"))
    for warning in warnings(stage):
        console.print(Text(f"!! {warning}", style="bold red"))
    for section in sections(stage):
        console.print(Text(f"\n{section.title}", style="bold"))
        _show_section(section, console)


def _show_section(section: Section, console: Console) -> None:
    for line in section.lines:
        told = "  ".join(each for each in line.cells if each)
        console.print(_indented(f"{line.sign} {told}", 2))
        for detail in line.details:
            console.print(_indented(detail, 6))


def _indented(line: str, by: int) -> Padding:
    return Padding(Text(line, style=STYLES.get(line[:1], "")), (0, 0, 0, by), expand=False)
