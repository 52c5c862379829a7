"""What the browser loads for live mode: of the right type, and nothing else from that folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from formcheck import web_build
from formcheck.errors import ModelError
from formcheck.web import live_assets
from formcheck.web.guard import policy


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=live_assets.routes()))


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A web build that is there, of three small files."""
    for name in web_build.FILES:
        (tmp_path / Path(name).name).write_text(name)
    monkeypatch.setattr(web_build, "find", lambda: tmp_path)
    return tmp_path


def test_each_file_has_the_type_that_browsers_insist_on(client: TestClient, build: Path, model: Path) -> None:
    where = live_assets.addresses()
    kinds = {
        "vision_bundle.mjs": "text/javascript",
        "vision_wasm_module_internal.js": "text/javascript",
        "vision_wasm_module_internal.wasm": "application/wasm",
    }
    for name, kind in kinds.items():
        answer = client.get(where["build"] + name)
        assert answer.status_code == 200
        assert answer.headers["content-type"].split(";")[0] == kind
        assert "immutable" in answer.headers["cache-control"]
    assert client.get(where["model"]).content == model.read_bytes()


def test_nothing_else_is_there(client: TestClient, build: Path) -> None:
    (build / "secret.txt").write_text("secret")
    for name in ("secret.txt", "..%2f..%2fpyproject.toml", ""):
        assert client.get(live_assets.routes()[0].path.replace("{name}", name)).status_code == 404


def test_without_the_build_the_page_hears_why(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Path:
        raise ModelError("It is not installed.")

    monkeypatch.setattr(web_build, "find", missing)
    with pytest.raises(ModelError, match="not installed"):
        live_assets.addresses()
    assert client.get(f"/live/build/{web_build.VERSION}/vision_bundle.mjs").status_code == 404


def test_the_policy_lets_it_run_and_speak_to_this_server_only() -> None:
    rules = dict(rule.split(" ", 1) for rule in policy().split("; "))
    assert "'wasm-unsafe-eval'" in rules["script-src"]
    assert "'unsafe-eval'" not in rules["script-src"].split()
    assert rules["connect-src"] == "'self'"
    assert "'self'" in rules["worker-src"]
