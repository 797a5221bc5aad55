"""Fixtures that the tests of all web pages share: one real server, one Chromium."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.web.server import Running, serving


@pytest.fixture(scope="session")
def learned(request: pytest.FixtureRequest) -> Path:
    """Where learned weights are kept between runs."""
    assert request.config.cache
    return Path(request.config.cache.mkdir("lotse-web"))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, learned: Path) -> Iterator[Running]:
    """Lotse at work, shared by tests that use sessions of their own."""
    with serving(tmp_path_factory.mktemp("web"), learned) as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for all tests."""
    path = shutil.which("chromium") or "/usr/bin/chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()
