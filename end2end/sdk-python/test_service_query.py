"""Group G of the conformance checklist: queries, with the official Python service SDK (spec 10)."""

import itertools

import pytest
from azure.iot.hub.models import ExportImportDevice, QuerySpecification, Twin

from service import error_of, registry


@pytest.fixture(scope="module")
def service(hub):
    return registry(hub)


@pytest.fixture(scope="module")
def fleet(service):
    """250 devices with tags that nothing else has."""
    for part in itertools.batched(range(250), 100) if hasattr(itertools, "batched") else [range(0, 100), range(100, 200), range(200, 250)]:
        devices = [ExportImportDevice(id=f"query-{n:03}", import_mode="create", tags={"fleet": "g", "place": {"region": "EU" if n % 2 else "US"}, "floor": n % 5}) for n in part]
        assert service.bulk_create_or_update_devices(devices).is_successful
    return 250


def pages(service, query, size=None):
    """The pages of an answer, each as its items."""
    continuation = None
    while True:
        result = service.query_iot_hub(QuerySpecification(query=query), continuation, size)
        yield result.items
        continuation = result.continuation_token
        if continuation is None:
            return


def rows(service, query):
    return [row for page in pages(service, query, 1000) for row in page]


def ids(service, condition):
    return [row.device_id for row in rows(service, f"SELECT * FROM devices WHERE {condition}")]


def test_98_99_pages_end_without_a_continuation(service, fleet):
    sizes = [len(page) for page in pages(service, "SELECT * FROM devices WHERE tags.fleet = 'g'", 100)]
    assert sizes == [100, 100, 50]


def test_98_a_page_has_a_hundred_rows_unless_said(service, fleet):
    assert len(next(pages(service, "SELECT * FROM devices WHERE tags.fleet = 'g'"))) == 100


# Every query of spec 8.4; jobs and configurations have no rows yet.
@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM devices",
        "SELECT * FROM devices WHERE tags.place.region = 'EU'",
        "SELECT * FROM devices WHERE tags.place.region = 'EU' AND properties.reported.sampling.periodSec >= 60",
        "SELECT * FROM devices WHERE properties.reported.link IN ['lan', 'wlan']",
        "SELECT * FROM devices WHERE properties.reported.link NIN ['lan', 'wlan']",
        "SELECT * FROM devices WHERE is_defined(properties.reported.link)",
        "SELECT properties.reported.rollout.state AS state, COUNT() AS n FROM devices GROUP BY properties.reported.rollout.state",
        "SELECT COUNT() AS total FROM devices",
        "SELECT COUNT() AS total, AVG(properties.reported.temp) AS mean, MIN(properties.reported.temp) AS lo, MAX(properties.reported.temp) AS hi FROM devices",
        "SELECT DeviceId, LastActivityTime FROM devices WHERE status = 'enabled'",
        "SELECT deviceId FROM devices WHERE lastActivityTime < '2026-01-01T00:00:00Z'",
        "SELECT * FROM devices.modules",
        "SELECT * FROM devices.modules WHERE properties.reported.mode = 'idle'",
        "SELECT properties.reported.mode FROM devices.modules WHERE deviceId IN ['pump-1', 'pump-2'] AND moduleId = '$edgeAgent'",
        "SELECT COUNT() AS n, properties.reported.mode FROM devices.modules GROUP BY properties.reported.mode",
        "SELECT * FROM devices.jobs WHERE devices.jobs.deviceId = 'pump-1'",
        "SELECT * FROM devices.jobs WHERE devices.jobs.deviceId = 'pump-1' AND devices.jobs.jobType = 'scheduleUpdateTwin' AND devices.jobs.status = 'completed' AND devices.jobs.createdTimeUtc > '2026-09-01'",
        "SELECT * FROM devices.jobs WHERE devices.jobs.jobId = 'fw-17'",
        "SELECT deviceId FROM devices WHERE configurations.[[ring2]].status = 'Applied'",
        "SELECT deviceId FROM devices WHERE properties.desired.$version = properties.reported.seen.version AND properties.reported.seen.code = 200",
        "SELECT * FROM devices WHERE capabilities.iotEdge = true",
        "SELECT TOP 10 * FROM devices WHERE status = 'disabled'",
        "SELECT * FROM devices WHERE tags.place.region = 'EU' AND NOT (status = 'disabled' OR tags.lab = true)",
    ],
)
def test_100_every_pattern_of_the_documentation_is_accepted(service, fleet, query):
    assert isinstance(rows(service, query), list)


def test_100_rows_are_the_expected_ones(hub, service, fleet, connect, device_id):
    service.create_device_with_sas(device_id, None, None, "enabled")
    service.update_twin(device_id, Twin(tags={"fleet": "one", "lab": False}))
    client = connect(hub.connection_string(device_id))
    client.connect()
    client.patch_twin_reported_properties({"link": "lan", "temp": 4.5, "sampling": {"periodSec": 60}, "seen": {"version": 1, "code": 200}})
    mine = f"deviceId = '{device_id}'"
    for condition in [
        "tags.fleet = 'one' AND properties.reported.link IN ['lan', 'wlan']",
        f"{mine} AND is_defined(properties.reported.link)",
        f"{mine} AND properties.reported.sampling.periodSec >= 60",
        f"{mine} AND properties.desired.$version = properties.reported.seen.version AND properties.reported.seen.code = 200",
        f"{mine} AND NOT (status = 'disabled' OR tags.lab = true)",
        f"{mine} AND connectionState = 'Connected'",
    ]:
        assert ids(service, condition) == [device_id], condition
    for condition in [f"{mine} AND properties.reported.link NIN ['lan']", f"{mine} AND tags.none != 'x'", f"{mine} AND capabilities.iotEdge = true"]:
        assert ids(service, condition) == [], condition
    assert len(ids(service, "tags.fleet = 'g' AND tags.place.region = 'EU'")) == 125


def test_100_rows_of_modules(service, device_id):
    service.create_device_with_sas(device_id, None, None, "enabled")
    service.create_module_with_sas(device_id, "filter", "ops", None, None)
    service.update_module_twin(device_id, "filter", Twin(tags={"mode": "idle"}))
    (row,) = rows(service, f"SELECT * FROM devices.modules WHERE deviceId = '{device_id}' AND tags.mode = 'idle'")
    assert row.module_id == "filter"
    assert row.as_dict() == service.get_module_twin(device_id, "filter").as_dict()


def test_101_columns_are_additional_properties(service, fleet):
    counted = rows(service, "SELECT COUNT() AS total FROM devices WHERE tags.fleet = 'g'")
    assert [row.additional_properties for row in counted] == [{"total": 250}]
    grouped = rows(service, "SELECT tags.floor AS floor, COUNT() AS n FROM devices WHERE tags.fleet = 'g' GROUP BY tags.floor")
    found = sorted((row.additional_properties["floor"], row.additional_properties["n"]) for row in grouped)
    assert found == [(floor, 50) for floor in range(5)]


@pytest.mark.parametrize("query", ["SELECT", "SELECT * FROM nowhere", "SELECT * FROM devices WHERE", "SELECT * FROM devices WHERE a = = b", "SELECT NOSUCH(tags.a) FROM devices"])
def test_102_errors_of_syntax_are_in_the_first_envelope(service, query):
    status, code, body = error_of(service.query_iot_hub, QuerySpecification(query=query))
    assert (status, code) == (400, "ArgumentInvalid")
    assert body["Message"].startswith("ErrorCode:ArgumentInvalid;BadRequest") and len(body["Message"]) > 45


def test_103_a_new_device_is_found_by_the_next_query(service, device_id):
    service.create_device_with_sas(device_id, None, None, "enabled")
    assert ids(service, f"deviceId = '{device_id}'") == [device_id]
    service.update_twin(device_id, Twin(tags={"just": "now"}))
    assert ids(service, "tags.just = 'now'") == [device_id]
    service.delete_device(device_id)
    assert ids(service, f"deviceId = '{device_id}'") == []


def test_104_pages_survive_what_comes_in_between(service, fleet, device_id):
    found = []
    for number, page in enumerate(pages(service, "SELECT * FROM devices WHERE tags.fleet = 'g'", 60)):
        found += [twin.device_id for twin in page if twin.tags.get("late") is None]
        late = ExportImportDevice(id=f"query-0{number}-late", import_mode="create", tags={"fleet": "g", "late": True})
        assert service.bulk_create_or_update_devices([late]).is_successful
    assert len(found) == len(set(found)) == 250
    for number in range(9):
        service.bulk_create_or_update_devices([ExportImportDevice(id=f"query-0{number}-late", import_mode="delete")])


def test_104_a_continuation_belongs_to_its_query(service, fleet):
    first = service.query_iot_hub(QuerySpecification(query="SELECT * FROM devices"), None, 1)
    other = QuerySpecification(query="SELECT * FROM devices WHERE status = 'enabled'")
    assert error_of(service.query_iot_hub, other, first.continuation_token)[:2] == (400, "ArgumentInvalid")
    assert error_of(service.query_iot_hub, other, "damaged")[:2] == (400, "ArgumentInvalid")


def test_105_names_of_the_system_in_any_case_and_tags_as_written(service, fleet):
    def total(condition):
        (row,) = rows(service, f"SELECT COUNT() AS n FROM devices WHERE tags.fleet = 'g' AND {condition}")
        return row.additional_properties["n"]

    assert total("STATUS = 'enabled'") == total("status = 'enabled'") == 250
    assert total("DEVICEID = 'query-007'") == 1
    assert total("tags.PLACE.region = 'EU'") == 0


def test_rows_of_twins_are_whole(service, fleet):
    (twin,) = rows(service, "SELECT * FROM devices WHERE deviceId = 'query-001'")
    read = service.get_twin("query-001")
    assert twin.as_dict() == read.as_dict()
