"""GraphiQL, the browser's console for a GraphQL address: index.html, and what it loads."""

from pathlib import Path

from aiohttp import web

NODE_MODULES = Path(__file__).parents[2] / "node_modules"


def asset_routes() -> list[web.StaticDef]:
    """The scripts and styles that index.html asks for; none where npm has not installed them."""
    return [
        web.static(f"/graphiql/{package}", NODE_MODULES / package)
        for package in ("graphiql", "react", "react-dom")
        if (NODE_MODULES / package).is_dir()
    ]
