"""One hub for the whole run; tests that kill it start it again on the same data."""

import itertools
import tempfile

import pytest
from azure.iot.device import IoTHubDeviceClient

from hub import Hub

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def hub():
    with tempfile.TemporaryDirectory() as directory:
        running = Hub(f"{directory}/data").start()
        yield running
        running.stop()
        running.close()


@pytest.fixture
def device_id():
    """An id nobody has used."""
    return f"dev-{next(_numbers)}"


@pytest.fixture
def connection_string(hub, device_id):
    """A registered device's connection string."""
    return hub.create_device(device_id)


@pytest.fixture
def connect(hub):
    """Makes SDK clients that are shut down after the test."""
    clients = []

    def make(connection_string, **options):
        options.setdefault("connection_retry_interval", 2)
        client = IoTHubDeviceClient.create_from_connection_string(
            connection_string, server_verification_cert=hub.ca, **options
        )
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.shutdown()


@pytest.fixture
def operator(hub):
    return hub.sign_in("operator")
