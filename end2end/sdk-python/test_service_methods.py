"""Group E of the conformance checklist: direct methods, called by the official Python service SDK (spec 10)."""

import concurrent.futures
import threading
import time

import pytest
from azure.iot.device import IoTHubModuleClient, MethodResponse
from azure.iot.hub.models import CloudToDeviceMethod

from hub import ADDRESS
from service import error_of, registry


@pytest.fixture(scope="module")
def service(hub):
    return registry(hub, "service")


@pytest.fixture
def client(connect, connection_string):
    """A device that answers each method with what it was given; the name of the method may say how."""
    made = connect(connection_string)

    def answer(request):
        if request.name == "silent":
            return
        if request.name == "slow":
            time.sleep(1)
        status = int(request.name.removeprefix("status-")) if request.name.startswith("status-") else 200
        made.send_method_response(MethodResponse.create_from_method_request(request, status, {"echo": request.payload}))

    made.on_method_request_received = answer
    return made


def call(name, payload=None, response=30, connect=0):
    return CloudToDeviceMethod(method_name=name, payload=payload, response_timeout_in_seconds=response, connect_timeout_in_seconds=connect)


@pytest.mark.parametrize("payload", [{"x": {"y": [1]}}, [1, 2, 3], "text", 7, 4.5, True, {}])
def test_72_payloads_make_the_round_trip(client, service, device_id, payload):
    client.connect()
    result = service.invoke_device_method(device_id, call("echo", payload))
    assert (result.status, result.payload) == (200, {"echo": payload})


def test_72_no_payload(client, service, device_id):
    client.connect()
    # The SDK sends an empty text where none was given.
    assert service.invoke_device_method(device_id, call("echo")).payload == {"echo": ""}


def test_73_the_status_is_the_device_s_own(client, service, device_id):
    client.connect()
    assert service.invoke_device_method(device_id, call("status-418")).status == 418
    assert service.invoke_device_method(device_id, call("status-500")).status == 500


def test_74_a_device_that_is_away(service, device_id, connection_string):
    begun = time.monotonic()
    status, code, body = error_of(service.invoke_device_method, device_id, call("echo", 1))
    assert (status, code) == (404, "DeviceNotOnline")
    assert '"errorCode":404103' in body["Message"]
    assert time.monotonic() - begun < 2


def test_75_a_device_that_comes_in_time(connect, service, device_id, connection_string):
    def come():
        # The first handler makes the SDK connect and subscribe.
        late = connect(connection_string)
        late.on_method_request_received = lambda request: late.send_method_response(
            MethodResponse.create_from_method_request(request, 200, None)
        )

    threading.Timer(3, come).start()
    begun = time.monotonic()
    assert service.invoke_device_method(device_id, call("echo", 1, connect=10)).status == 200
    assert time.monotonic() - begun > 2


def test_76_a_handler_that_never_answers(client, service, device_id):
    client.connect()
    begun = time.monotonic()
    status, code, body = error_of(service.invoke_device_method, device_id, call("silent", 1, response=5))
    assert (status, code) == (504, "GatewayTimeout")
    assert '"errorCode":504101' in body["Message"]
    # The SDK does not repeat a POST.
    assert 4.5 < time.monotonic() - begun < 8


def test_77_an_unknown_device(service):
    status, code, body = error_of(service.invoke_device_method, "nobody", call("echo"))
    assert (status, code) == (404, "DeviceNotFound")
    assert body["Message"].startswith("ErrorCode:DeviceNotFound;")


@pytest.mark.parametrize(("response", "connect"), [(4, 0), (301, 0), (30, 31)])
def test_78_times_have_bounds(service, device_id, connection_string, response, connect):
    assert error_of(service.invoke_device_method, device_id, call("echo", 1, response, connect))[:2] == (400, "ArgumentInvalid")


def test_79_a_method_of_a_module_reaches_only_the_module(hub, client, service, device_id):
    made = registry(hub).create_module_with_sas(device_id, "filter", "ops", None, None)
    string = f"HostName={ADDRESS};DeviceId={device_id};ModuleId=filter;SharedAccessKey={made.authentication.symmetric_key.primary_key}"
    module = IoTHubModuleClient.create_from_connection_string(string, server_verification_cert=hub.ca)
    module.on_method_request_received = lambda request: module.send_method_response(
        MethodResponse.create_from_method_request(request, 202, "from the module")
    )
    client.connect()
    module.connect()
    try:
        result = service.invoke_device_module_method(device_id, "filter", call("echo", 1))
        assert (result.status, result.payload) == (202, "from the module")
        result = service.invoke_device_method(device_id, call("echo", 1))
        assert (result.status, result.payload) == (200, {"echo": 1})
    finally:
        module.shutdown()
    assert error_of(service.invoke_device_module_method, device_id, "filter", call("echo", 1))[:2] == (404, "DeviceNotOnline")


def test_80_large_payloads_are_refused(client, service, device_id):
    client.connect()
    assert error_of(service.invoke_device_method, device_id, call("echo", "x" * 129 * 1024))[:2] == (413, "MessageTooLarge")
    assert service.invoke_device_method(device_id, call("echo", "x" * 100 * 1024)).payload == {"echo": "x" * 100 * 1024}


def test_81_many_at_once_do_not_mix(client, service, device_id):
    client.connect()
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        results = list(pool.map(lambda n: service.invoke_device_method(device_id, call("echo", n)).payload, range(200)))
    assert results == [{"echo": n} for n in range(200)]


def test_a_device_that_leaves_while_it_is_waited_for(client, service, device_id):
    client.connect()
    threading.Timer(1, client.disconnect).start()
    status, code, body = error_of(service.invoke_device_method, device_id, call("silent", 1))
    assert (status, code) == (404, "DeviceConnectionClosedRemotely")
    assert '"errorCode":404104' in body["Message"]


def test_calls_are_in_the_timeline(client, service, operator, device_id):
    client.connect()
    service.invoke_device_method(device_id, call("echo", {"secret": "4711"}))
    rows = operator.call("devices/timeline", id=device_id)["rows"]
    (event,) = [row for row in rows if row["kind"] == "method_invoked"]
    assert event["cause"] == {"policy": "service"} and event["detail"]["method"] == "echo"
    assert "4711" not in str(event)
