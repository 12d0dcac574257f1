"""A hub that cannot answer for a moment says so, and the official service SDK comes again where that is safe (spec 10, 128)."""

import pathlib
import tempfile
import threading
import time

import pytest
from azure.iot.hub.models import Twin

from hub import Hub, eventually
from postgres import Postgres
from service import error_of, registry

# How long the database stays away while the SDK reads.
AWAY_S = 4


@pytest.fixture
def database():
    with tempfile.TemporaryDirectory() as directory:
        # PostgreSQL's own user has to get in.
        pathlib.Path(directory).chmod(0o755)
        server = Postgres(f"{directory}/postgres").start()
        yield server
        server.cut()


@pytest.fixture
def hub(database, monkeypatch):
    monkeypatch.setenv("MUSTER_DATABASE", database.url)
    with tempfile.TemporaryDirectory() as directory:
        running = Hub(f"{directory}/data", mqtt="127.0.0.12:0").start()
        yield running
        running.close()


def test_128_reading_is_tried_again_and_writing_is_not(hub, database):
    service = registry(hub)
    service.create_device_with_sas("dev", None, None, "enabled")
    database.cut()
    status, _, _ = error_of(service.update_twin, "dev", Twin(tags={"busy": True}), "*")
    assert status == 503
    returns = threading.Timer(AWAY_S, database.start)
    returns.start()
    began = time.monotonic()
    assert service.get_twin("dev").device_id == "dev", "the SDK asked until there was an answer"
    assert time.monotonic() - began > 1
    returns.join()
    eventually(lambda: service.update_twin("dev", Twin(tags={"busy": False}), "*").tags == {"busy": False})
