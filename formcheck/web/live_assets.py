"""What live mode needs in the browser: MediaPipe's web build and the pose model, from this server only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from formcheck import web_build
from formcheck.errors import ModelError
from formcheck.model_bundle import find_model
from formcheck.web.media_routes import NOTHING

KINDS = {".mjs": "text/javascript", ".js": "text/javascript", ".wasm": "application/wasm"}
KEPT = {"cache-control": "public, max-age=31536000, immutable"}  # the address changes with what is behind it
UNPACKED = {"content-encoding": "identity"}  # networks do not get smaller: spare the server the try


def addresses() -> dict[str, str]:
    """Where the browser finds the web build (a folder) and the pose model. Raises ModelError without one."""
    web_build.find()
    model = find_model().stat()
    return {
        "build": f"/live/build/{web_build.VERSION}/",
        "model": f"/live/model/{model.st_size}-{model.st_mtime_ns}",
    }


def routes() -> list[Route]:
    """What is answered where; public, as it is the same for everybody."""
    return [
        Route(f"/live/build/{web_build.VERSION}/{{name}}", _build, methods=["GET"]),
        Route("/live/model/{version}", _model, methods=["GET"]),
    ]


def _build(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in {Path(file).name for file in web_build.FILES}:
        return NOTHING
    return _file(web_build.find, name, {"media_type": KINDS[Path(name).suffix], "headers": KEPT})


def _model(_: Request) -> Response:
    how = {"media_type": "application/octet-stream", "headers": KEPT | UNPACKED}
    return _file(find_model, "", how)


def _file(find: Any, name: str, how: dict[str, Any]) -> Response:
    try:
        path = find()
    except ModelError:
        return NOTHING
    return FileResponse(path / name if name else path, **how)
