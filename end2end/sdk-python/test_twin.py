"""Group D of the conformance checklist: the twin over MQTT (spec 10)."""

import json
import time

import pytest
from azure.iot.device.exceptions import ClientError

from hub import eventually, key_of
from raw import RawClient


@pytest.fixture
def client(connect, connection_string):
    made = connect(connection_string)
    made.connect()
    return made


def test_59_the_device_sees_versions_but_neither_tags_nor_metadata(client, operator, device_id):
    operator.write(device_id, "tags", {"site": "b7"})
    operator.write(device_id, "desired", {"interval": 30})
    twin = client.get_twin()
    assert twin == {"desired": {"interval": 30, "$version": 2}, "reported": {"$version": 1}}


def test_60_a_report_shows_on_the_service_side(hub, client, device_id):
    client.patch_twin_reported_properties({"a": 1})
    assert reported(hub, device_id) == ({"a": 1}, 2)


def test_61_none_removes_and_the_last_key_leaves_an_empty_object(hub, client, device_id):
    client.patch_twin_reported_properties({"a": 1, "n": {"x": 1, "y": {"z": 2}}})
    client.patch_twin_reported_properties({"a": None, "n": {"x": None, "y": {"z": None}}})
    assert reported(hub, device_id)[0] == {"n": {"y": {}}}


def deep(levels):
    return {"k": deep(levels - 1)} if levels > 1 else {"k": 1}


@pytest.mark.parametrize(
    "patch",
    [{"a.b": 1}, deep(12), {"a": 2**52}, {"a": "x" * 4097}, {f"k{i}": "x" * 4000 for i in range(9)}],
    ids=["dot in key", "too deep", "integer too large", "string too long", "section too large (63)"],
)
def test_62_a_bad_report_is_refused_and_changes_nothing(hub, client, device_id, patch):
    client.patch_twin_reported_properties({"good": True})
    with pytest.raises(ClientError):
        client.patch_twin_reported_properties(patch)
    assert client.connected
    assert reported(hub, device_id) == ({"good": True}, 2)


def test_64_65_67_what_reaches_the_handler(client, operator, device_id):
    patches = []
    client.on_twin_desired_properties_patch_received = patches.append
    client.get_twin()
    patches.clear()
    operator.write(device_id, "desired", {"net": {"apn": "iot"}, "interval": 60})
    eventually(lambda: patches == [{"net": {"apn": "iot"}, "interval": 60, "$version": 2}])
    operator.write(device_id, "tags", {"site": "b8"})
    operator.write(device_id, "desired", {"net": {"apn": None}})
    eventually(lambda: len(patches) == 2)
    assert patches[1] == {"net": {"apn": None}, "$version": 3}


def test_68_a_change_while_away_comes_once_after_the_return(connect, operator, device_id, connection_string):
    client = connect(connection_string)
    patches = []
    client.connect()
    # Before the handler: the SDK reads the twin again at each connect once it has one, but subscribes to the answers
    # only with the first get_twin(), and waits for ever for an answer that nobody could send.
    client.get_twin()
    client.on_twin_desired_properties_patch_received = patches.append
    client.disconnect()
    patches.clear()
    operator.write(device_id, "desired", {"away": 1})
    client.connect()
    eventually(lambda: patches)
    time.sleep(0.5)
    assert patches == [{"away": 1, "$version": 2}]


def test_69_a_hundred_quick_writes_arrive_in_order(client, operator, device_id):
    patches = []
    client.on_twin_desired_properties_patch_received = patches.append
    client.get_twin()
    patches.clear()
    for number in range(100):
        operator.write(device_id, "desired", {"n": number})
    eventually(lambda: len(patches) == 100, within_s=15)
    assert [p["$version"] for p in patches] == list(range(2, 102))
    assert [p["n"] for p in patches] == list(range(100))


@pytest.mark.parametrize("qos", [0, 1])
@pytest.mark.parametrize("payload", [b" ", b""])
def test_71_twin_get_with_a_space_or_nothing(hub, device_id, connection_string, qos, payload):
    raw = RawClient(hub, device_id, key_of(connection_string))
    raw.connect()
    raw.subscribe("$iothub/twin/res/#")
    answer = raw.twin(payload, qos)
    assert answer.topic == "$iothub/twin/res/200/?$rid=1"
    assert json.loads(answer.payload) == {"desired": {"$version": 1}, "reported": {"$version": 1}}
    raw.close()


def test_errors_carry_a_body_that_node_reads(hub, device_id, connection_string):
    raw = RawClient(hub, device_id, key_of(connection_string))
    raw.connect()
    raw.subscribe("$iothub/twin/res/#")
    raw.client.publish("$iothub/twin/PATCH/properties/reported/?$rid=7", b'{"a b": 1}', 1)
    answer = raw.messages.get(timeout=5)
    assert answer.topic == "$iothub/twin/res/400/?$rid=7"
    body = json.loads(answer.payload)
    assert body["errorCode"] == 400004 and "a b" in body["message"]
    raw.close()


def test_an_operator_sees_a_report_within_a_second(client, operator, device_id):
    begun = time.monotonic()
    client.patch_twin_reported_properties({"firmware": {"version": "1.2"}})
    eventually(lambda: operator.call("devices/show", id=device_id)["firmware"] == "1.2", within_s=1)
    assert time.monotonic() - begun < 1.0


def reported(hub, device_id):
    """The reported properties without metadata, and their version."""
    section = hub.twin(device_id)["properties"]["reported"]
    values = {key: value for key, value in section.items() if not key.startswith("$")}
    return values, section["$version"]
