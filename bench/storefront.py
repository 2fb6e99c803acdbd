"""Measures how soon the storefront is there on a slow phone; writes bench/storefront.json.

`python -m bench.storefront`, or `make vitals`; see bench/README.md.
"""

import json
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession
from rich.console import Console

from local.cloud import CloudError
from local.embedded_cloud import STAGE, EmbeddedCloud
from local.storefront import Storefront, build
from outputs.config import storefront_config
from tests.browser.chromium import NoChromium, chromium, find

RESULTS = Path(__file__).with_name("storefront.json")
RUNS = 5
# Lighthouse's phone: https://github.com/GoogleChrome/lighthouse/blob/main/core/config/constants.js
PHONE: dict[str, Any] = {
    "viewport": {"width": 412, "height": 823},
    "device_scale_factor": 1.75,
    "is_mobile": True,
    "has_touch": True,
}
CPU_SLOWDOWN = 4
SLOW_4G = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1.6 * 1024 * 1024 / 8,
    "uploadThroughput": 750 * 1024 / 8,
}
# Lighthouse calls a page interactive when the network and the main thread are quiet so long.
QUIET_MILLISECONDS = 5000
LONG_TASK_MILLISECONDS = 50
OBSERVE = """
window.seen = { paint: 0, largest: 0, shift: 0, tasks: [] };
const observe = (type, see) => {
  const observer = new PerformanceObserver((list) => list.getEntries().forEach(see));
  observer.observe({ type, buffered: true });
};
observe('paint', ({ name, startTime }) => {
  if (name === 'first-contentful-paint') seen.paint = startTime;
});
observe('largest-contentful-paint', ({ startTime }) => { seen.largest = startTime; });
observe('layout-shift', ({ value }) => { seen.shift += value; });
observe('longtask', ({ startTime, duration }) => { seen.tasks.push([startTime, duration]); });
"""

Numbers = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Load:
    """One time that a page was opened, in milliseconds since that."""

    first_contentful_paint: float
    largest_contentful_paint: float
    layout_shift: float
    # Start and duration of each that took longer than 50 ms.
    long_tasks: list[tuple[float, float]]
    transferred_bytes: int

    @property
    def time_to_interactive(self) -> float:
        """The end of the last long task; the page was quiet from then on."""
        ends = [start + duration for start, duration in self.long_tasks]
        return max([self.first_contentful_paint, *ends])

    @property
    def longest_task(self) -> float:
        return max([duration for _, duration in self.long_tasks], default=0)

    @property
    def total_blocking_time(self) -> float:
        """What long tasks took above 50 ms each, once there was something to be seen."""
        return sum(
            max(
                0,
                start + duration - max(start, self.first_contentful_paint) - LONG_TASK_MILLISECONDS,
            )
            for start, duration in self.long_tasks
        )


def main() -> int:
    try:
        find()
        build()
    except (NoChromium, CloudError) as wrong:
        print(wrong, file=sys.stderr)
        return 1
    with (
        EmbeddedCloud() as cloud,
        Storefront(lambda: storefront_config(cloud.deployed.outputs, stage=STAGE)) as storefront,
    ):
        cloud.deploy()
        with chromium() as browser:
            loads = [opened(browser, storefront.url) for _ in range(RUNS)]
            results = {
                "first_visit": medians([first for first, _ in loads]),
                "next_visit": medians([again for _, again in loads]),
            }
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    Console().print_json(data=results)
    return 0


def opened(browser: Browser, url: str) -> tuple[Load, Load]:
    """The menu, opened by a browser that has nothing of it yet, and once more."""
    context = browser.new_context(**PHONE)
    context.add_init_script(OBSERVE)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW_4G)
    session.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
    transfers: list[float] = []

    def count(loaded: dict[str, Any]) -> None:
        transfers.append(loaded["encodedDataLength"])

    session.on("Network.loadingFinished", count)

    def load() -> Load:
        transfers.clear()
        page.goto(url, wait_until="networkidle")
        wait_until_quiet(session)
        seen = page.evaluate("window.seen")
        return Load(
            first_contentful_paint=seen["paint"],
            largest_contentful_paint=seen["largest"],
            layout_shift=seen["shift"],
            long_tasks=seen["tasks"],
            transferred_bytes=int(sum(transfers)),
        )

    try:
        return load(), load()
    finally:
        context.close()


def wait_until_quiet(session: CDPSession) -> None:
    """Until no long task has begun for five seconds."""
    quiet = f"""new Promise((resolve) => {{
      const look = () => {{
        const last = Math.max(0, ...seen.tasks.map(([start, duration]) => start + duration));
        const wait = last + {QUIET_MILLISECONDS} - performance.now();
        if (wait <= 0) resolve(); else setTimeout(look, wait);
      }};
      look();
    }})"""
    session.send("Runtime.evaluate", {"expression": quiet, "awaitPromise": True})


def medians(loads: list[Load]) -> Numbers:
    def median(values: list[float]) -> float:
        return round(statistics.median(values))

    return {
        "first_contentful_paint_ms": median([load.first_contentful_paint for load in loads]),
        "largest_contentful_paint_ms": median([load.largest_contentful_paint for load in loads]),
        "time_to_interactive_ms": median([load.time_to_interactive for load in loads]),
        "total_blocking_time_ms": median([load.total_blocking_time for load in loads]),
        "longest_task_ms": median([load.longest_task for load in loads]),
        "layout_shift": round(max(load.layout_shift for load in loads), 4),
        "transferred_kb": round(
            statistics.median(load.transferred_bytes for load in loads) / 1000, 1
        ),
    }


if __name__ == "__main__":
    sys.exit(main())
