"""Group A of the conformance checklist: who gets in (spec 10)."""

import time

import pytest
from azure.iot.device import IoTHubDeviceClient
from azure.iot.device.exceptions import CredentialError

from hub import ADDRESS, eventually, key_of
from raw import RawClient
from tokens import forged, sign, token


def test_01_primary_key_connects(connect, connection_string):
    client = connect(connection_string)
    client.connect()
    assert client.connected


def test_02_secondary_key_connects(hub, connect, device_id, connection_string):
    secondary = hub.connection_string(device_id, "--secondary")
    assert key_of(secondary) != key_of(connection_string)
    client = connect(secondary)
    client.connect()
    assert client.connected


def test_03_wrong_key_is_a_credential_error_after_one_try(hub, connect, device_id, connection_string):
    wrong = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
    before = refused(hub, "wrong_signature")
    client = connect(f"HostName={ADDRESS};DeviceId={device_id};SharedAccessKey={wrong}")
    with pytest.raises(CredentialError):
        client.connect()
    assert refused(hub, "wrong_signature") == before + 1


def test_04_unknown_device_is_a_credential_error(connect):
    key = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
    client = connect(f"HostName={ADDRESS};DeviceId=nobody;SharedAccessKey={key}")
    with pytest.raises(CredentialError):
        client.connect()


def test_05_disabled_device_is_refused_until_enabled(connect, operator, device_id, connection_string):
    operator.set_status(device_id, "disabled")
    client = connect(connection_string)
    with pytest.raises(CredentialError):
        client.connect()
    operator.set_status(device_id, "enabled")
    client.connect()
    assert client.connected


def test_06_disabling_ends_the_connection_within_a_second(hub, operator, device_id, connection_string):
    client = RawClient(hub, device_id, key_of(connection_string))
    assert client.connect()[0] == 0
    operator.set_status(device_id, "disabled")
    client.closed.get(timeout=1)
    client.client.loop_stop()


@pytest.mark.parametrize(("expired_for_s", "code"), [(60, 0), (600, 5)])
def test_07_expiry_allows_some_drift(hub, device_id, connection_string, expired_for_s, code):
    password = token(key_of(connection_string), f"{ADDRESS}%2Fdevices%2F{device_id}", valid_for_s=-expired_for_s)
    client = RawClient(hub, device_id, password=password)
    assert client.connect()[0] == code
    client.close()


def test_08_telemetry_flows_across_a_token_renewal(connect, connection_string):
    # The SDK renews 120 s before the end, so this token is renewed after 10 s.
    client = connect(connection_string, sastoken_ttl=130)
    client.connect()
    reconnects = []
    client.on_connection_state_change = lambda: reconnects.append(client.connected)
    deadline = time.monotonic() + 16
    while time.monotonic() < deadline:
        client.send_message('{"t": 1}')
        time.sleep(0.5)
    assert client.connected
    assert False in reconnects and reconnects[-1] is True, "no renewal was seen"


@pytest.mark.parametrize("resource", ["{host}%2fdevices%2f{id}", "{host}%2Fdevices%2F{id}", "{host}/devices/{id}"])
def test_09_hand_made_tokens_in_any_encoding_are_accepted(hub, device_id, connection_string, resource):
    written = resource.format(host=ADDRESS, id=device_id)
    made = token(key_of(connection_string), written)
    client = IoTHubDeviceClient.create_from_sastoken(made, server_verification_cert=hub.ca)
    client.connect()
    assert client.connected
    client.shutdown()


def test_11_a_change_of_one_character_fails(hub, device_id, connection_string):
    key = key_of(connection_string)
    resource, expires_at = f"{ADDRESS}%2Fdevices%2F{device_id}", int(time.time()) + 600
    signature = sign(key, resource, expires_at)
    for sr, sig, se in [(resource, forged(signature), expires_at), (resource, signature, expires_at + 1), (resource.replace("%2F", "%2f", 1), signature, expires_at)]:
        client = RawClient(hub, device_id, password=f"SharedAccessSignature sr={sr}&sig={sig}&se={se}")
        assert client.connect()[0] == 5
        client.close()


def test_12_a_key_opens_only_its_own_device(hub, device_id, connection_string):
    longer = f"{device_id}0"
    hub.create_device(longer)
    key = key_of(connection_string)
    for resource in (device_id, longer):
        password = token(key, f"{ADDRESS}%2Fdevices%2F{resource}")
        client = RawClient(hub, longer, password=password)
        assert client.connect()[0] == 5
        client.close()


def refused(hub, reason):
    """How many logins the hub counts as refused for this reason."""
    import requests

    text = requests.get(f"http://{hub.ready['admin'].removeprefix('http://')}/metrics", timeout=5).text
    for line in text.splitlines():
        if line.startswith("muster_mqtt_connects_refused_total") and f'reason="{reason}"' in line:
            return int(float(line.rsplit(" ", 1)[1]))
    return 0


def test_metrics_name_the_reason(hub, connect):
    key = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
    before = refused(hub, "unknown_device")
    with pytest.raises(CredentialError):
        connect(f"HostName={ADDRESS};DeviceId=ghost;SharedAccessKey={key}").connect()
    eventually(lambda: refused(hub, "unknown_device") == before + 1)
