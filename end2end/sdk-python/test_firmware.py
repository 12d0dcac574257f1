"""Firmware: a device on the official SDK follows server/docs/firmware.md, against artifacts added over REST."""

import hashlib
import os

import pytest
import requests

from firmware_device import Device
from hub import eventually


@pytest.fixture(scope="module")
def api(hub):
    """The management REST, with a token that may keep firmware and ask devices for it."""
    person = hub.sign_in("operator")
    actions = ["see_devices", "edit_twin", "keep_firmware"]
    form = {"name": "firmware", "scope": "", "days": "1"}
    form |= {f"actions[{number}]": action for number, action in enumerate(actions)}
    made = person.call("tokens/create", **form)
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {made['secret']}"
    session.base = f"http://{hub.ready['http'].removeprefix('http://')}/api/v1"
    return session


@pytest.fixture
def image():
    """Bytes that no other test has."""
    return os.urandom(300_000)


def add(api, image, version, **more):
    """Adds an artifact and returns it."""
    params = {"product": "Sensor", "version": version, "sha256": hashlib.sha256(image).hexdigest(), **more}
    answer = api.post(f"{api.base}/firmware", params=params, data=image, timeout=30)
    assert answer.status_code == 201, answer.text
    return answer.json()


def install(api, artifact, device_id):
    """Asks a device to install an artifact; returns which one it was asked for."""
    body = {"sha256": artifact["sha256"]}
    answer = api.post(f"{api.base}/devices/{device_id}/firmware", json=body, timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
def device(hub, connection_string, tmp_path):
    made = Device(connection_string, hub.data_dir / "tls" / "ca.pem", tmp_path, "4.3.0")
    made.run_once()
    yield made
    made.client.shutdown()


def reported(hub, device_id):
    return hub.twin(device_id)["properties"]["reported"]["firmware"]


def drifts(api, device_id):
    """Whether the fleet list marks the device as different from what is desired of it."""
    columns = {"where": f"deviceId = '{device_id}'", "columns": "drift"}
    answer = api.get(f"{api.base}/devices", params=columns, timeout=30)
    assert answer.ok, answer.text
    return answer.json()["items"][0]["drift"]


def test_a_device_installs_what_it_is_asked_to(hub, api, device, device_id, image, tmp_path):
    artifact = add(api, image, "4.4.0", **{"from": "4.3"})
    assert install(api, artifact, device_id)["version"] == "4.4.0"
    installed = []
    device.install = lambda file: installed.append(file.read_bytes())
    device.run_once()
    assert installed == [image]
    firmware = eventually(lambda: reported(hub, device_id))
    assert firmware["version"] == "4.4.0"
    assert firmware["update"] == {"target": "4.4.0", "state": "succeeded", "progress": 100}
    assert not drifts(api, device_id)
    again = api.post(f"{api.base}/devices/{device_id}/firmware", json={"sha256": artifact["sha256"]}, timeout=30)
    assert again.status_code == 422 and "already" in again.json()["detail"]


def test_a_download_goes_on_where_it_was_cut(hub, api, device, device_id, image):
    artifact = add(api, image, "4.4.1")
    install(api, artifact, device_id)
    device.image.write_bytes(image[:123_456])
    device.run_once()
    assert device.image.read_bytes() == image
    assert reported(hub, device_id)["version"] == "4.4.1"


def test_a_damaged_file_is_not_installed(hub, api, device, device_id, image):
    artifact = add(api, image, "4.4.2")
    install(api, artifact, device_id)
    device.image.write_bytes(b"?" * 1000)
    device.run_once()
    firmware = reported(hub, device_id)
    assert firmware["version"] == "4.3.0"
    assert firmware["update"]["state"] == "failed"
    assert firmware["update"]["error"]["code"] == "hash_mismatch"


def test_what_is_withdrawn_is_not_given_out(hub, api, device, device_id, image):
    artifact = add(api, image, "4.4.3")
    install(api, artifact, device_id)
    changed = api.patch(f"{api.base}/firmware/{artifact['sha256']}", json={"state": "withdrawn"}, timeout=30)
    assert changed.json()["state"] == "withdrawn"
    device.run_once()
    assert reported(hub, device_id)["update"]["error"]["code"] == "withdrawn"


def test_versions_to_pass_come_first(api, hub, device, device_id, image):
    add(api, image, "5.0.0")
    last = add(api, image + b"!", "6.0.0", mustPass="5.0.0")
    assert install(api, last, device_id)["version"] == "5.0.0"
    device.run_once()
    assert reported(hub, device_id)["version"] == "5.0.0"
    assert install(api, last, device_id)["version"] == "6.0.0"
    device.image.unlink()
    device.run_once()
    assert reported(hub, device_id)["version"] == "6.0.0"


def test_a_wrong_file_and_a_circle_are_refused(api, image):
    params = {"product": "Sensor", "version": "7.0.0", "sha256": "0" * 64}
    wrong = api.post(f"{api.base}/firmware", params=params, data=image, timeout=30)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "other_hash")
    add(api, image, "8.0.0", mustPass="9.0.0")
    params = {"product": "Sensor", "version": "9.0.0", "mustPass": "8.0.0"}
    circle = api.post(f"{api.base}/firmware", params=params, data=image + b"!", timeout=30)
    assert (circle.status_code, circle.json()["code"]) == (422, "circle")
    assert "9.0.0 → 8.0.0 → 9.0.0" in circle.json()["detail"]
