"""Group B of the conformance checklist: sessions, keep-alive, qualities of service (spec 10)."""

import ssl
import time

import pytest

from hub import ADDRESS, eventually, key_of
from raw import RawClient

DESIRED = "$iothub/twin/PATCH/properties/desired/#"
RESPONSES = "$iothub/twin/res/#"


@pytest.mark.parametrize(
    "rest",
    [
        "/?api-version=2021-04-12",
        "/?api-version=2019-10-01&DeviceClientType=azure-iot-device-iothub-py%2F2.14.0",
        "/?api-version=2020-09-30&DeviceClientType=x&model-id=dtmi%3Acom%3Aexample%3Apump%3B1",
        "/api-version=2016-11-14",
        "/",
        "",
    ],
)
def test_23_user_names_of_every_form_are_accepted(hub, device_id, connection_string, rest):
    client = RawClient(hub, device_id, key_of(connection_string), username=f"{ADDRESS}/{device_id}{rest}")
    assert client.connect()[0] == 0
    client.close()


def test_24_user_name_and_client_id_must_agree(hub, device_id, connection_string):
    client = RawClient(hub, device_id, key_of(connection_string), username=f"{ADDRESS}/other/?api-version=2021-04-12")
    assert client.connect()[0] == 5
    client.close()


def test_25_the_sdk_speaks_tls_1_2_to_an_elliptic_certificate(hub, connect, connection_string):
    context = ssl.create_default_context(cadata=hub.ca)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    import socket

    with socket.create_connection((ADDRESS, 8883)) as raw, context.wrap_socket(raw, server_hostname=ADDRESS) as tls:
        assert tls.version() == "TLSv1.2"
        assert "ECDSA" in tls.cipher()[0]
    client = connect(connection_string)
    client.connect()
    assert client.connected


def test_27_session_is_present_the_second_time(hub, device_id, connection_string):
    for expected in (0, 1):
        client = RawClient(hub, device_id, key_of(connection_string))
        code, present = client.connect()
        assert (code, present) == (0, expected)
        client.close()


def test_28_after_a_cut_the_sdk_returns_and_still_gets_desired_patches(connect, operator, device_id, connection_string):
    client, patches = watching(connect, connection_string)
    operator.write(device_id, "desired", {"before": 1})
    eventually(lambda: any(p.get("before") == 1 for p in patches))
    states = []
    client.on_connection_state_change = lambda: states.append(client.connected)
    cut(client)
    # Until the SDK notices, it still calls itself connected.
    eventually(lambda: False in states and client.connected, within_s=30)
    operator.write(device_id, "desired", {"after": 2})
    eventually(lambda: any(p.get("after") == 2 for p in patches), within_s=10)


def test_30_the_same_across_a_restart_of_the_hub(hub, connect, device_id, connection_string):
    client, patches = watching(connect, connection_string)
    hub.kill()
    hub.start()
    eventually(lambda: client.connected, within_s=30)
    hub.sign_in("operator").write(device_id, "desired", {"restarted": True})
    eventually(lambda: any(p.get("restarted") is True for p in patches), within_s=10)


def test_31_a_clean_session_forgets(hub, device_id, connection_string):
    key = key_of(connection_string)
    first = RawClient(hub, device_id, key)
    first.connect()
    assert first.subscribe(RESPONSES) == 1
    first.close()
    clean = RawClient(hub, device_id, key, clean=True)
    assert clean.connect() == (0, 0)
    clean.client.publish("$iothub/twin/GET/?$rid=1", b" ", 1)
    clean.acknowledged.get(timeout=5)
    time.sleep(0.5)
    assert clean.messages.empty()
    clean.close()


def test_32_a_second_connection_displaces_the_first(hub, device_id, connection_string):
    key = key_of(connection_string)
    first = RawClient(hub, device_id, key)
    assert first.connect()[0] == 0
    second = RawClient(hub, device_id, key)
    assert second.connect()[0] == 0
    assert first.closed.get(timeout=2) != 0
    time.sleep(0.3)
    assert second.closed.empty()
    second.close()
    first.client.loop_stop()


def test_34_quality_of_service_two(hub, device_id, connection_string):
    client = RawClient(hub, device_id, key_of(connection_string))
    client.connect()
    assert client.subscribe(DESIRED, qos=2) == 1
    client.client.publish(f"devices/{device_id}/messages/events/", b"{}", 2)
    assert client.closed.get(timeout=3) != 0
    client.client.loop_stop()


def test_35_a_silent_client_is_dropped_after_one_and_a_half_keep_alives(hub, device_id, connection_string):
    import socket
    import struct

    from tokens import token

    context = ssl.create_default_context(cadata=hub.ca)
    with socket.create_connection((ADDRESS, 8883)) as raw, context.wrap_socket(raw, server_hostname=ADDRESS) as tls:
        fields = [device_id, f"{ADDRESS}/{device_id}/?api-version=2021-04-12", token(key_of(connection_string), f"{ADDRESS}/devices/{device_id}")]
        body = b"\x00\x04MQTT\x04\xc0" + struct.pack("!H", 10)
        body += b"".join(struct.pack("!H", len(f)) + f.encode() for f in fields)
        length = bytes([len(body) % 128 | 128, len(body) // 128]) if len(body) > 127 else bytes([len(body)])
        tls.sendall(b"\x10" + length + body)
        assert tls.recv(4) == b"\x20\x02\x00\x00"
        time.sleep(8)
        tls.sendall(b"\xc0\x00")
        assert tls.recv(2) == b"\xd0\x00"
        tls.settimeout(20)
        begun = time.monotonic()
        try:
            assert tls.recv(1) == b""
        except OSError as error:
            assert not isinstance(error, TimeoutError)
        assert 14.5 <= time.monotonic() - begun <= 17


def test_36_send_message_returns_when_the_message_can_be_read(connect, operator, device_id, connection_string):
    client = connect(connection_string)
    client.connect()
    client.send_message(message('{"temperature": 4.5}'))
    shown = operator.call("devices/telemetry", id=device_id, range="hour")
    assert "temperature" in shown["fields"]


def message(body):
    from azure.iot.device import Message

    return Message(body, content_encoding="utf-8", content_type="application/json")


def watching(connect, connection_string):
    client = connect(connection_string)
    patches = []
    client.on_twin_desired_properties_patch_received = patches.append
    client.connect()
    client.get_twin()
    return client, patches


def cut(client):
    """Breaks the SDK's socket as a network would; paho notices at its next read."""
    stage = client._mqtt_pipeline._pipeline
    while not hasattr(stage, "transport"):
        stage = stage.next
    import socket

    stage.transport._mqtt_client._sock.shutdown(socket.SHUT_RDWR)
