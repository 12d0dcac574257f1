"""Keys: a device on the official SDK follows server/docs/key-rotation.md."""

import json

import pytest
from azure.iot.device.exceptions import CredentialError

from hub import eventually
from rotating_device import Device

PATIENCE_S = 30


@pytest.fixture
def device(hub, connection_string, tmp_path):
    made = Device(connection_string, hub.data_dir / "tls" / "ca.pem", tmp_path)
    made.connect()
    yield made
    made.disconnect()


def rotate(hub, device_id):
    """Hands the operation in; returns its number."""
    plan = {
        "title": "New keys",
        "task": {"kind": "rotateKeys"},
        "target": {"kind": "devices", "ids": [device_id]},
    }
    made = json.loads(hub.cli_with_input(json.dumps(plan), "operation", "create", "-", "--json"))
    return made["operation"]


def state(hub, operation):
    return json.loads(hub.cli("operation", "show", str(operation), "--json"))["state"]


def is_over(hub, operation):
    return state(hub, operation) not in ("scheduled", "running")


def test_a_device_changes_over_and_its_old_keys_are_refused(hub, device, device_id, connection_string, connect):
    secondary = hub.connection_string(device_id, "--secondary")
    operation = rotate(hub, device_id)
    device.run_once(PATIENCE_S)
    assert eventually(lambda: is_over(hub, operation))
    assert state(hub, operation) == "completed"
    assert device.keys == [hub.connection_string(device_id).split("SharedAccessKey=")[1]]
    assert device.client.connected
    for old in (connection_string, secondary):
        with pytest.raises(CredentialError):
            connect(old, connection_retry=False).connect()
    connect(hub.connection_string(device_id, "--secondary")).connect()


def test_the_hub_dies_between_the_steps(hub, device, device_id, connection_string, connect):
    operation = rotate(hub, device_id)
    assert device.handed.wait(PATIENCE_S)
    hub.kill()
    hub.start()
    device.run_once(PATIENCE_S)
    assert eventually(lambda: is_over(hub, operation))
    assert state(hub, operation) == "completed"
    assert len(device.keys) == 1
    with pytest.raises(CredentialError):
        connect(connection_string, connection_retry=False).connect()
