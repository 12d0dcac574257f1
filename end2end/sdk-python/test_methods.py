"""Group E of the conformance checklist, device side: direct methods over MQTT (spec 10)."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from azure.iot.device import MethodResponse

from hub import eventually


def invoke(operator, device_id, method, payload="", wait_s=0, answer_s=30):
    """Calls a method as the dashboard does; returns what came of it."""
    arguments = {"id": device_id, "method": method, "payload": payload, "wait_s": wait_s, "answer_s": answer_s}
    return operator.call("devices/invoke_method", within_s=60, **arguments)["outcome"]


def answering(client, status=200):
    """Has the client answer each call with its own payload."""

    def answer(request):
        client.send_method_response(MethodResponse.create_from_method_request(request, status, request.payload))

    client.on_method_request_received = answer


@pytest.fixture
def client(connect, connection_string):
    made = connect(connection_string)
    made.connect()
    return made


@pytest.mark.parametrize("payload", ['{"delay": 3, "deep": {"a": [1]}}', '[1, "x", null]', '"now"', "4.5", "null"])
def test_72_any_payload_makes_the_round_trip(client, operator, device_id, payload):
    answering(client)
    outcome = invoke(operator, device_id, "reboot", payload)
    assert outcome == {"answered": {"status": 200, "payload": json.loads(payload)}}


def test_73_the_status_is_the_devices_own(client, operator, device_id):
    answering(client, status=418)
    assert invoke(operator, device_id, "brew")["answered"]["status"] == 418


def test_74_an_offline_device_fails_at_once(operator, connection_string, device_id):
    assert invoke(operator, device_id, "reboot") == {"not_online": {"waited_s": 0}}


def test_74_a_connected_device_that_does_not_listen_is_not_online(client, operator, device_id):
    assert client.connected
    assert invoke(operator, device_id, "reboot") == {"not_online": {"waited_s": 0}}


def test_75_a_call_waits_for_its_device(connect, connection_string, operator, device_id):
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(invoke, operator, device_id, "reboot", "1", wait_s=20)
        late = connect(connection_string)
        answering(late)  # setting a handler connects
        assert call.result(30) == {"answered": {"status": 200, "payload": 1}}


def test_76_a_handler_that_never_answers_is_given_up(client, operator, device_id):
    client.on_method_request_received = lambda request: None
    assert invoke(operator, device_id, "reboot", answer_s=5) == {"no_answer": {"waited_s": 5}}


def test_80_a_large_payload_is_refused(client, operator, device_id):
    answering(client)
    largest = '"' + "x" * (128 * 1024 - 2) + '"'
    assert "answered" in invoke(operator, device_id, "m", largest)
    with pytest.raises(AssertionError, match="422"):
        invoke(operator, device_id, "m", '"' + "x" * (129 * 1024) + '"')


def test_81_calls_at_once_are_not_mixed_up(client, operator, device_id):
    requests, together = [], threading.Barrier(2, timeout=50)

    def collect(request):
        requests.append(request)
        if len(requests) == 200:
            together.wait()

    client.on_method_request_received = collect
    with ThreadPoolExecutor(200) as pool:
        calls = [pool.submit(invoke, operator, device_id, "echo", str(n)) for n in range(200)]
        together.wait()
        for request in reversed(requests):
            client.send_method_response(MethodResponse.create_from_method_request(request, 200, request.payload))
        payloads = [call.result(50)["answered"]["payload"] for call in calls]
    assert payloads == list(range(200))


def test_30_methods_arrive_after_a_restart_of_the_hub(hub, client, device_id):
    answering(client)
    hub.kill()
    hub.start()
    operator = hub.sign_in("operator")
    eventually(lambda: operator.call("devices/show", id=device_id)["connection"], within_s=20)
    assert "answered" in invoke(operator, device_id, "reboot", wait_s=10)
