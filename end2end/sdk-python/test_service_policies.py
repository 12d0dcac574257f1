"""Group A of the conformance checklist, service side: what the policies open (spec 10)."""

import base64
import time

import pytest
import requests
from azure.iot.hub.sastoken import SasToken

from hub import eventually
from service import address, error_of, registry
from service import connection_string as policy_string
from tokens import token

API = "api-version=2021-04-12"


def test_15_registry_read_reads_and_does_not_write(hub, device_id, connection_string):
    reader = registry(hub, "registryRead")
    assert reader.get_device(device_id).device_id == device_id
    status, code, _ = error_of(reader.create_device_with_sas, f"{device_id}-x", None, None, "enabled")
    assert (status, code) == (401, "IotHubUnauthorizedAccess")


def test_16_service_sees_twins_and_does_not_delete(hub, device_id, connection_string):
    service = registry(hub, "service")
    assert service.get_twin(device_id).device_id == device_id
    assert error_of(service.delete_device, device_id)[:2] == (401, "IotHubUnauthorizedAccess")
    assert error_of(service.get_device, device_id)[0] == 401
    assert error_of(registry(hub, "registryReadWrite").get_twin, device_id)[0] == 401


def test_registry_read_write_makes_and_deletes(hub, device_id):
    writer = registry(hub, "registryReadWrite")
    writer.create_device_with_sas(device_id, None, None, "enabled")
    writer.delete_device(device_id)
    assert error_of(writer.get_device, device_id)[:2] == (404, "DeviceNotFound")


def test_the_device_policy_opens_nothing_here(hub, device_id, connection_string):
    device = registry(hub, "device")
    for call in (device.get_device, device.get_twin):
        assert error_of(call, device_id)[0] == 401


def policy_key(hub, policy="iothubowner"):
    return policy_string(hub, policy).split("SharedAccessKey=")[1]


def ask(hub, authorization):
    """Reads the list of devices with a token made here."""
    headers = {"Authorization": authorization}
    url = f"https://{address(hub)}/devices?top=1&{API}"
    return requests.get(url, headers=headers, verify=str(hub.data_dir / "tls" / "ca.pem"), timeout=10)


def test_21_signatures_with_a_raw_slash_are_accepted(hub):
    key = policy_key(hub)
    deadline = time.monotonic() + 30
    lifetime = 600
    made = ""
    # The SDK leaves `/` as it is; another lifetime gives another signature, until one has it.
    while "/" not in made.split("sig=")[-1].split("&")[0]:
        assert time.monotonic() < deadline
        lifetime += 1
        made = str(SasToken(address(hub), key, "iothubowner", lifetime))
    assert ask(hub, made).status_code == 200


@pytest.mark.parametrize(("resource", "status"), [("{host}", 200), ("{host}%2fdevices", 200), ("{host}%2Ftwins", 401), ("{host}/devices/other", 401)])
def test_tokens_reach_what_they_are_made_for(hub, resource, status):
    made = token(policy_key(hub), resource.format(host="hub.example.net"), policy="iothubowner")
    assert ask(hub, made).status_code == status


@pytest.mark.parametrize(("expired_for_s", "status"), [(60, 200), (600, 401)])
def test_expiry_allows_some_drift(hub, expired_for_s, status):
    made = token(policy_key(hub), "hub", valid_for_s=-expired_for_s, policy="iothubowner")
    answer = ask(hub, made)
    assert answer.status_code == status
    if status == 401:
        assert answer.headers["iothub-errorcode"] == "IotHubUnauthorizedAccess"


def test_bad_tokens_are_refused_alike(hub):
    other = base64.b64encode(b"0" * 32).decode()
    answers = [ask(hub, token(key, "hub", policy=policy)) for key, policy in [(other, "iothubowner"), (policy_key(hub), "service"), (policy_key(hub), "nobody"), (policy_key(hub), None)]]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.json()["Message"] for answer in answers}) == 1


def test_what_a_tool_does_is_seen_at_once_and_under_its_name(hub, operator, device_id, connection_string):
    registry(hub, "service").update_twin(device_id, {"tags": {"site": "b7"}})
    events = eventually(lambda: operator.call("devices/timeline", id=device_id)["rows"], within_s=1)
    assert any(event["cause"] == {"policy": "service"} for event in events), events
