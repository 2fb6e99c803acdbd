"""Has the emulator's requests read and answered by uvicorn with httptools, on uvloop.

Hypercorn, which parses HTTP in Python and starts several tasks for each request, took more than the
half of what most requests cost.
"""

import hypercorn.asyncio
import uvicorn
import uvloop
from hypercorn.config import Config
from uvicorn._types import ASGIApplication

STOPS_WITHIN_SECONDS = 3


class _Server(uvicorn.Server):
    def handle_exit(self, sig: int, frame: object) -> None:  # noqa: ARG002 (as uvicorn calls it)
        """End as Hypercorn does: `serve` returns, and no signal is raised again."""
        self.should_exit = True


async def _serve(app: ASGIApplication, config: Config) -> None:
    host, _, port = config.bind[0].rpartition(":")
    await _Server(
        uvicorn.Config(
            app,
            host=host,
            port=int(port),
            http="httptools",
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            # The emulator has its own.
            date_header=False,
            server_header=False,
            backlog=config.backlog,
            timeout_keep_alive=int(config.keep_alive_timeout),
            timeout_graceful_shutdown=STOPS_WITHIN_SECONDS,
        )
    ).serve()


def serve_by_uvicorn() -> None:
    """Patch the emulator that this process is going to run."""
    hypercorn.asyncio.serve = _serve
    uvloop.install()
