"""Group F of the conformance checklist: registry and twins over REST, with the official Python service SDK (spec 10)."""

import pytest
from azure.iot.hub.models import ExportImportDevice, Twin, TwinProperties

from hub import eventually, key_of
from raw import RawClient
from service import error_of, registry

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
OTHER = "MTEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


@pytest.fixture(scope="module")
def service(hub):
    return registry(hub)


@pytest.fixture
def device(service, device_id):
    """A device made by the SDK."""
    return service.create_device_with_sas(device_id, None, None, "enabled")


def desired(twin):
    """Desired properties without what the hub adds."""
    return {key: value for key, value in twin.properties.desired.items() if not key.startswith("$")}


def test_82_keys_are_minted_and_shown(hub, service, device):
    keys = device.authentication.symmetric_key
    assert keys.primary_key and keys.secondary_key and keys.primary_key != keys.secondary_key
    shown = service.get_device(device.device_id)
    assert shown.authentication.symmetric_key.primary_key == keys.primary_key
    assert (shown.status, shown.connection_state, shown.authentication.type) == ("enabled", "Disconnected", "sas")
    # And they open the device side.
    client = RawClient(hub, device.device_id, keys.secondary_key)
    assert client.connect()[0] == 0
    eventually(lambda: service.get_device(device.device_id).connection_state == "Connected", within_s=2)
    client.close()


def test_82_given_keys_are_kept_byte_for_byte(service, device_id):
    service.create_device_with_sas(device_id, KEY, OTHER, "disabled", status_reason="not yet paid")
    shown = service.get_device(device_id)
    keys = shown.authentication.symmetric_key
    assert (keys.primary_key, keys.secondary_key) == (KEY, OTHER)
    assert (shown.status, shown.status_reason) == ("disabled", "not yet paid")


def test_83_a_second_create_is_a_conflict(service, device):
    status, code, body = error_of(service.create_device_with_sas, device.device_id, None, None, "enabled")
    assert (status, code) == (409, "DeviceAlreadyExists")
    assert body["Message"].startswith("ErrorCode:DeviceAlreadyExists;")


def test_84_updates_follow_the_etag(service, device):
    def update(etag):
        return service.update_device_with_sas(device.device_id, etag, KEY, OTHER, "enabled")

    assert update(device.etag).etag != device.etag
    assert error_of(update, device.etag)[:2] == (412, "PreconditionFailed")
    assert update("*").authentication.symmetric_key.primary_key == KEY


def test_85_an_update_of_nothing_is_not_found(service, device_id):
    assert error_of(service.update_device_with_sas, device_id, "*", KEY, OTHER, "enabled")[:2] == (404, "DeviceNotFound")


def test_86_deleting(service, device):
    assert error_of(service.delete_device, device.device_id, "AAAAAAAAAAA=")[:2] == (412, "PreconditionFailed")
    response = service.protocol.devices.delete_identity(device.device_id, '"*"', raw=True)
    assert response.response.status_code == 204
    assert error_of(service.get_device, device.device_id)[0] == 404


def test_86_deleting_without_a_condition_is_refused(service, device):
    # The SDK always sends If-Match; so does its generated client, unless it is told to send none.
    assert error_of(service.protocol.devices.delete_identity, device.device_id, None)[:2] == (412, "PreconditionFailed")


def test_87_a_new_device_of_an_old_name_is_another(service, device):
    service.update_twin(device.device_id, Twin(tags={"site": "b7"}))
    service.delete_device(device.device_id)
    again = service.create_device_with_sas(device.device_id, None, None, "enabled")
    assert again.generation_id != device.generation_id
    twin = service.get_twin(device.device_id)
    assert (twin.tags, desired(twin)) == ({}, {})


def test_88_odd_names_survive(service):
    odd = "a.b_c:d@e=f$g'h!i*j(k)l,m?n%o"
    assert service.create_device_with_sas(odd, None, None, "enabled").device_id == odd
    assert service.get_device(odd).device_id == odd
    assert service.get_twin(odd).device_id == odd
    service.delete_device(odd)
    assert error_of(service.get_device, odd)[0] == 404


def test_89_lists_respect_top(service, device_id):
    for number in range(3):
        service.create_device_with_sas(f"{device_id}-{number}", None, None, "enabled")
    assert len(service.get_devices(2)) == 2
    assert len(service.get_devices()) >= 3


def bulk(device_id, count, **fields):
    return [ExportImportDevice(id=f"{device_id}-{n}", import_mode="create", **fields) for n in range(count)]


def test_91_a_hundred_at_once(service, device_id):
    result = service.bulk_create_or_update_devices(bulk(device_id, 100, tags={"made": "at once"}))
    assert result.is_successful is True and result.errors == []
    assert service.get_twin(f"{device_id}-99").tags == {"made": "at once"}


def test_91_one_failure_harms_nobody_else(service, device_id):
    service.create_device_with_sas(f"{device_id}-1", None, None, "enabled")
    result = service.bulk_create_or_update_devices(bulk(device_id, 3))
    assert result.is_successful is False
    assert [(error.device_id, error.error_code) for error in result.errors] == [(f"{device_id}-1", "DeviceAlreadyExists")]
    assert service.get_device(f"{device_id}-2").status == "enabled"


@pytest.mark.parametrize("mode", ["UpdateIfMatchETag", "updateIfMatchETag"])
def test_92_modes_are_read_in_any_case(service, device, mode):
    def update(etag):
        item = ExportImportDevice(id=device.device_id, e_tag=etag, status="disabled")
        body = service.protocol._serialize.body(item, "ExportImportDevice") | {"importMode": mode}
        return send_bulk(service, [body])

    stale = update("AAAAAAAAAAk=").json()
    assert [error["errorCode"] for error in stale["errors"]] == ["PreconditionFailed"]
    assert update(device.etag).json()["isSuccessful"] is True
    assert service.get_device(device.device_id).status == "disabled"


def test_91_modules_go_with_their_device(service, device_id):
    def item(mode, module_id=None, **fields):
        return ExportImportDevice(id=device_id, module_id=module_id, import_mode=mode, **fields)

    made = service.bulk_create_or_update_devices([item("create", "camera", tags={"side": "left"}), item("create")])
    assert made.is_successful is True and made.errors == []
    module = service.get_module(device_id, "camera")
    assert module.authentication.symmetric_key.primary_key
    assert service.get_module_twin(device_id, "camera").tags == {"side": "left"}
    again = service.bulk_create_or_update_devices([item("create", "camera"), item("create", "lamp")])
    assert [(error.device_id, error.module_id, error.error_code) for error in again.errors] == [
        (device_id, "camera", "ModuleAlreadyExistsOnDevice")
    ]
    assert [each.module_id for each in service.get_modules(device_id)] == ["camera", "lamp"]
    gone = service.bulk_create_or_update_devices([item("deleteIfMatchETag", "camera", e_tag=module.etag)])
    assert gone.is_successful is True
    assert error_of(service.get_module, device_id, "camera")[0] == 404


def send_bulk(service, items):
    """The SDK's own connection, for bodies its models do not let through."""
    client = service.protocol._client
    request = client.post("/devices", {"api-version": "2021-04-12"}, {"Content-Type": "application/json"}, items)
    return client.send(request, stream=False)


def test_93_a_hundred_and_one_are_too_many(service, device_id):
    assert error_of(service.bulk_create_or_update_devices, bulk(device_id, 101))[:2] == (413, "TooManyDevices")
    assert error_of(service.get_device, f"{device_id}-0")[0] == 404


def test_94_merging_and_replacing(service, device):
    patch = Twin(tags={"site": "b7", "floor": 2}, properties=TwinProperties(desired={"interval": 60, "net": {"apn": "iot"}}))
    service.update_twin(device.device_id, patch)
    merged = service.update_twin(device.device_id, Twin(tags={"floor": None}, properties=TwinProperties(desired={"net": {"apn": None}})))
    assert merged.tags == {"site": "b7"}
    assert desired(merged) == {"interval": 60, "net": {}}
    replaced = service.replace_twin(device.device_id, Twin(properties=TwinProperties(desired={"interval": 10})))
    assert (replaced.tags, desired(replaced)) == ({}, {"interval": 10})
    assert replaced.properties.desired["$version"] == 4


def test_94_reported_properties_are_untouched(hub, service, connect, device):
    client = connect(hub.connection_string(device.device_id))
    client.connect()
    client.patch_twin_reported_properties({"fw": "1.2"})
    service.replace_twin(device.device_id, Twin(tags={"a": 1}))
    reported = service.get_twin(device.device_id).properties.reported
    assert (reported["fw"], reported["$version"]) == ("1.2", 2)


def test_95_twins_follow_the_etag(hub, service, connect, device):
    before = service.get_twin(device.device_id)
    client = connect(hub.connection_string(device.device_id))
    client.connect()
    client.patch_twin_reported_properties({"a": 1})
    assert service.get_twin(device.device_id).etag == before.etag
    written = service.update_twin(device.device_id, Twin(tags={"x": 1}), before.etag)
    assert written.etag != before.etag
    for write in (service.update_twin, service.replace_twin):
        assert error_of(write, device.device_id, Twin(tags={"x": 2}), before.etag)[:2] == (412, "PreconditionFailed")


def test_66_a_replacement_reaches_the_device_whole(hub, service, connect, device):
    service.update_twin(device.device_id, Twin(properties=TwinProperties(desired={"old": 1, "kept": 1})))
    client = connect(hub.connection_string(device.device_id))
    patches = []
    client.on_twin_desired_properties_patch_received = patches.append
    client.connect()
    client.get_twin()
    patches.clear()
    service.replace_twin(device.device_id, Twin(properties=TwinProperties(desired={"kept": 2, "new": {"x": 1}})))
    eventually(lambda: patches)
    assert patches == [{"kept": 2, "new": {"x": 1}, "$version": 3}]


def test_97_json_says_that_it_is(service, device):
    response = service.protocol.devices.get_identity(device.device_id, raw=True).response
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"


def test_statistics_count_exactly(hub, service, device_id):
    before = service.get_device_registry_statistics()
    service.create_device_with_sas(device_id, KEY, OTHER, "disabled")
    after = service.get_device_registry_statistics()
    assert after.total_device_count == before.total_device_count + 1
    assert after.disabled_device_count == before.disabled_device_count + 1
    assert after.enabled_device_count == before.enabled_device_count
    connected = service.get_service_statistics().connected_device_count
    service.update_device_with_sas(device_id, "*", KEY, OTHER, "enabled")
    client = RawClient(hub, device_id, key_of(hub.connection_string(device_id)))
    assert client.connect()[0] == 0
    eventually(lambda: service.get_service_statistics().connected_device_count == connected + 1, within_s=2)
    client.close()


def test_126_every_error_has_a_code_and_an_envelope(service, device_id):
    status, code, body = error_of(service.get_device, device_id)
    assert (status, code) == (404, "DeviceNotFound")
    assert body["Message"].startswith("ErrorCode:DeviceNotFound;") and "Tracking ID:" in body["ExceptionMessage"]


def test_90_modules(service, device):
    def make():
        return service.create_module_with_sas(device.device_id, "filter", "ops", None, None)

    made = make()
    assert made.module_id == "filter" and made.managed_by == "ops"
    assert service.get_module(device.device_id, "filter").authentication.symmetric_key.primary_key == made.authentication.symmetric_key.primary_key
    assert [module.module_id for module in service.get_modules(device.device_id)] == ["filter"]
    status, code, body = error_of(make)
    assert (status, code, body["errorCode"]) == (409, "ModuleAlreadyExistsOnDevice", 409301)
    updated = service.update_module_with_sas(device.device_id, "filter", "others", made.etag, KEY, OTHER)
    assert updated.managed_by == "others"
    assert error_of(service.update_module_with_sas, device.device_id, "filter", "x", made.etag, KEY, OTHER)[:2] == (412, "PreconditionFailed")
    service.delete_module(device.device_id, "filter")
    assert service.get_modules(device.device_id) == []


def test_modules_have_twins(service, device):
    service.create_module_with_sas(device.device_id, "filter", "ops", None, None)
    written = service.update_module_twin(device.device_id, "filter", Twin(tags={"a": 1}, properties=TwinProperties(desired={"x": 1})))
    assert (written.module_id, written.tags, desired(written)) == ("filter", {"a": 1}, {"x": 1})
    replaced = service.replace_module_twin(device.device_id, "filter", Twin(tags={"b": 2}), written.etag)
    assert (replaced.tags, desired(replaced)) == ({"b": 2}, {})
    assert service.get_module_twin(device.device_id, "filter").tags == {"b": 2}
    assert service.get_twin(device.device_id).tags == {}
