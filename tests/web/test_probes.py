"""Probes for operators, static files, compression."""

import hashlib

import httpx
import pytest

from tests.web.server import Running


def test_health_and_readiness(server: Running) -> None:
    assert httpx.get(f"{server.url}/healthz").json() == {"status": "ok"}
    ready = httpx.get(f"{server.url}/readyz")
    assert ready.status_code == 200
    assert ready.json()["status"] == "ready"
    assert ready.json()["engine"] == "embedding"
    assert ready.json()["version"]


def test_metrics_are_for_prometheus(server: Running) -> None:
    answer = httpx.get(f"{server.url}/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert "lotse_accepted_total" in answer.text


def test_telegram_is_unknown_where_it_is_off(server: Running) -> None:
    answer = httpx.post(f"{server.url}/telegram/demo", json={})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize("name", ["app.css", "app.js", "icon.svg", "icon-192.png", "icon-512.png"])
def test_static_files_are_addressed_by_content(server: Running, name: str) -> None:
    plain = httpx.get(f"{server.url}/static/{name}")
    digest = hashlib.sha256(plain.content).hexdigest()[:12]
    assert plain.headers["cache-control"] == "public, max-age=3600"
    assert "immutable" in httpx.get(f"{server.url}/static/{name}?v={digest}").headers["cache-control"]


@pytest.mark.parametrize("name", ["../http.py", "..%2Fsite.py", "none.css", "%00"])
def test_other_files_are_not_served(server: Running, name: str) -> None:
    assert httpx.get(f"{server.url}/static/{name}").status_code == 404


def test_the_service_worker_names_the_current_files(server: Running) -> None:
    worker = httpx.get(f"{server.url}/sw.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    files = worker.text.split("const FILES = [")[1].split("]")[0].replace('"', "").split(", ")
    assert [httpx.get(server.url + file).status_code for file in files] == [200, 200, 200]
    assert "/chat" not in worker.text


def test_the_manifest_can_be_installed(server: Running) -> None:
    manifest = httpx.get(f"{server.url}/manifest.webmanifest").json()
    assert {icon["sizes"] for icon in manifest["icons"]} == {"any", "192x192", "512x512"}
    assert all(httpx.get(server.url + icon["src"]).status_code == 200 for icon in manifest["icons"])


def test_pages_are_compressed(server: Running) -> None:
    assert httpx.get(f"{server.url}/").headers["content-encoding"] == "gzip"


def test_an_announced_length_that_is_no_number_is_refused(server: Running) -> None:
    answer = httpx.post(f"{server.url}/api/chat/session", content=b"x" * 70_000, headers={"content-type": "application/json"})
    assert answer.json()["error"]["code"] == "too_large"
