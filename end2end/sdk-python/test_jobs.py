"""Group H of the conformance checklist: jobs over many devices, exports and imports, by the official Python service SDK."""

import datetime
import itertools
import json
import pathlib
import tempfile
import uuid

import pytest
from azure.iot.device import MethodResponse
from azure.iot.hub import IoTHubJobManager
from azure.iot.hub.models import CloudToDeviceMethod, ExportImportDevice, JobProperties, JobRequest, QuerySpecification, Twin, TwinProperties

from hub import Hub, eventually
from service import connection_string as policy_string
from service import error_of, registry, trusting

_groups = itertools.count(1)


@pytest.fixture(scope="module")
def jobs(hub):
    manager = trusting(hub, IoTHubJobManager.from_connection_string(policy_string(hub, "service")))
    return manager


@pytest.fixture(scope="module")
def service(hub):
    return registry(hub, "service")


@pytest.fixture(scope="module")
def owner(hub):
    return registry(hub)


@pytest.fixture
def group():
    """A tag value that nobody has used."""
    return f"group-{next(_groups)}"


def make(owner, group, count):
    """Devices of a group."""
    ids = [f"{group}-{number:02}" for number in range(count)]
    for part in range(0, count, 100):
        items = [{"id": name, "import_mode": "create", "tags": {"group": group}} for name in ids[part : part + 100]]
        done = owner.bulk_create_or_update_devices([ExportImportDevice(**item) for item in items])
        assert done.is_successful, done
    return ids


def job_id():
    return str(uuid.uuid4())


def twin_job(group, tags=None, desired=None, **more):
    twin = Twin(etag="*", tags=tags, properties=TwinProperties(desired=desired))
    return JobRequest(type="scheduleUpdateTwin", update_twin=twin, query_condition=f"tags.group = '{group}'", **more)


def ended(jobs, name, within_s=20):
    """The job once it is over."""

    def over():
        job = jobs.get_scheduled_job(name)
        return job if job.status in ("completed", "failed", "cancelled") else None

    return eventually(over, within_s=within_s)


def rows(service, query):
    """All rows of an answer, page by page."""
    found, token = [], None
    while True:
        page = service.query_iot_hub(QuerySpecification(query=query), token, 20)
        found += [{**item.additional_properties, "deviceId": item.device_id, "status": item.status} for item in page.items]
        token = page.continuation_token
        if token is None:
            return found


def test_106_a_twin_job_over_fifty_devices(jobs, owner, service, group):
    ids = make(owner, group, 50)
    name = job_id()
    request = twin_job(group, {"ring": 2}, {"interval": 60}, max_execution_time_in_seconds=300)
    created = jobs.create_scheduled_job(name, request)
    assert created.job_id == name
    assert created.type == "scheduleUpdateTwin"
    assert created.status in ("queued", "scheduled", "running")
    done = ended(jobs, name)
    assert done.status == "completed"
    numbers = done.device_job_statistics
    assert (numbers.device_count, numbers.succeeded_count, numbers.failed_count) == (50, 50, 0)
    assert (numbers.running_count, numbers.pending_count) == (0, 0)
    assert done.query_condition == f"tags.group = '{group}'"
    assert done.max_execution_time_in_seconds == 300
    assert done.end_time >= done.start_time
    twin = service.get_twin(ids[-1])
    assert twin.tags["ring"] == 2 and twin.properties.desired["interval"] == 60


def test_107_108_a_method_job_with_two_devices_that_are_away(hub, jobs, owner, service, connect, group):
    ids = make(owner, group, 4)
    for name in ids[:2]:
        client = connect(hub.connection_string(name))

        def answer(request, client=client):
            client.send_method_response(MethodResponse.create_from_method_request(request, 200, {"v": request.payload}))

        client.on_method_request_received = answer
    eventually(lambda: all(twin.connection_state == "Connected" for twin in map(service.get_twin, ids[:2])))
    name = job_id()
    method = CloudToDeviceMethod(method_name="update", payload={"to": "2.1"}, response_timeout_in_seconds=20)
    request = JobRequest(type="scheduleDeviceMethod", cloud_to_device_method=method, query_condition=f"tags.group = '{group}'")
    jobs.create_scheduled_job(name, request)
    done = ended(jobs, name, 40)
    assert done.status == "completed"
    numbers = done.device_job_statistics
    assert (numbers.device_count, numbers.succeeded_count, numbers.failed_count) == (4, 2, 2)
    assert done.cloud_to_device_method.method_name == "update"
    found = {row["deviceId"]: row for row in rows(service, f"SELECT * FROM devices.jobs WHERE devices.jobs.jobId = '{name}'")}
    assert sorted(found) == sorted(ids)
    for device in ids[:2]:
        assert found[device]["status"] == "completed"
        assert found[device]["outcome"]["deviceMethodResponse"] == {"status": 200, "payload": {"v": {"to": "2.1"}}}
    for device in ids[2:]:
        assert found[device]["status"] == "failed"
        assert found[device]["error"]["code"] == "404103"


def test_108_rows_of_a_job(jobs, owner, service, group):
    make(owner, group, 50)
    name = job_id()
    jobs.create_scheduled_job(name, twin_job(group, {"ring": 3}))
    ended(jobs, name)
    found = rows(service, f"SELECT * FROM devices.jobs WHERE devices.jobs.jobId = '{name}'")
    assert len({row["deviceId"] for row in found}) == len(found) == 50
    for row in found:
        assert row["jobType"] == "scheduleUpdateTwin" and row["status"] == "completed" and row["jobId"] == name
        assert row["createdDateTimeUtc"] <= row["lastUpdatedDateTimeUtc"]
        assert "outcome" in row and "deviceMethodResponse" not in row["outcome"]
    of_one = rows(service, f"SELECT * FROM devices.jobs WHERE devices.jobs.deviceId = '{group}-07'")
    assert [row["jobId"] for row in of_one] == [name]
    counted = service.query_iot_hub(
        QuerySpecification(query=f"SELECT status, COUNT() AS n FROM devices.jobs WHERE jobId = '{name}' GROUP BY status"), None, None
    )
    assert counted.items[0].additional_properties["n"] == 50


def test_109_a_future_job_is_called_off(jobs, owner, service, group):
    ids = make(owner, group, 2)
    name = job_id()
    start = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
    created = jobs.create_scheduled_job(name, twin_job(group, {"ring": 9}, start_time=start))
    assert created.status == "scheduled"
    jobs.cancel_scheduled_job(name)
    job = jobs.get_scheduled_job(name)
    assert job.status == "cancelled"
    assert "ring" not in service.get_twin(ids[0]).tags
    status, code, _ = error_of(jobs.cancel_scheduled_job, name)
    assert (status, code) == (405, "OperationNotAllowedInCurrentState")


def test_110_the_list_is_an_object_for_this_client(jobs, owner, group):
    make(owner, group, 1)
    name = job_id()
    jobs.create_scheduled_job(name, twin_job(group, {"ring": 1}))
    ended(jobs, name)
    found = jobs.query_scheduled_jobs("scheduleUpdateTwin", "completed")
    assert name in [item["jobId"] for item in found.items]
    assert jobs.query_scheduled_jobs("scheduleDeviceMethod", "scheduled").items == []


def test_111_the_same_id_twice(jobs, owner, group):
    make(owner, group, 1)
    name = job_id()
    jobs.create_scheduled_job(name, twin_job(group, {"ring": 1}))
    status, code, body = error_of(jobs.create_scheduled_job, name, twin_job(group, {"ring": 2}))
    assert (status, code) == (409, "JobAlreadyExists")
    assert body["Message"].startswith("ErrorCode:JobAlreadyExists;")


def test_112_an_unknown_job(jobs):
    job = jobs.get_scheduled_job("no-such-job")
    assert (job.job_id, job.type, job.status) == ("no-such-job", "unknown", "unknown")


@pytest.mark.parametrize(
    "change",
    [
        {"type": "export"},
        {"query_condition": "tags.x ="},
        {"start_time": datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=169)},
        {"max_execution_time_in_seconds": 0},
        {"update_twin": Twin(etag="AAAAAAAAAAE=", tags={"x": 1})},
    ],
)
def test_what_a_job_may_not_be(jobs, change):
    request = twin_job("nobody", {"x": 1})
    for member, value in change.items():
        setattr(request, member, value)
    status, code, _ = error_of(jobs.create_scheduled_job, job_id(), request)
    assert (status, code) == (400, "ArgumentInvalid")


def finished(manager, name):
    def over():
        job = manager.get_import_export_job(name)
        return job if job.status in ("completed", "failed", "cancelled") else None

    return eventually(over, within_s=30)


def test_116_an_export_restores_an_empty_hub(hub, owner, group):
    ids = make(owner, group, 3)
    owner.update_twin(ids[0], Twin(properties=TwinProperties(desired={"interval": 7})), "*")
    manager = trusting(hub, IoTHubJobManager.from_connection_string(policy_string(hub, "iothubowner")))
    started = manager.create_import_export_job(
        JobProperties(type="export", output_blob_container_uri=f"file:{group}", exclude_keys_in_export=False)
    )
    done = finished(manager, started.job_id)
    assert (done.status, done.progress, done.type) == ("completed", 100, "export")
    assert started.job_id in [job.job_id for job in manager.get_import_export_jobs()]
    file = hub.data_dir / "transfers" / group / "devices.txt"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert set(ids) <= {line["id"] for line in lines}

    with tempfile.TemporaryDirectory() as directory:
        other = Hub(pathlib.Path(directory) / "data", mqtt="127.0.0.1:0").start()
        try:
            place = other.data_dir / "transfers" / "in"
            place.mkdir(parents=True)
            (place / "devices.txt").write_text(file.read_text())
            importer = trusting(other, IoTHubJobManager.from_connection_string(policy_string(other, "iothubowner")))
            begun = importer.create_import_export_job(
                JobProperties(type="import", input_blob_container_uri="file:in", output_blob_container_uri="file:in")
            )
            assert finished(importer, begun.job_id).status == "completed"
            assert (place / "importErrors.log").read_text() == ""
            there, here = registry(other), owner
            for name in ids:
                assert there.get_device(name).authentication.symmetric_key.primary_key == here.get_device(name).authentication.symmetric_key.primary_key
                assert there.get_twin(name).tags == here.get_twin(name).tags
            assert there.get_twin(ids[0]).properties.desired["interval"] == 7
        finally:
            other.close()


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("https://store.example.net/container?sig=x", "BlobContainerValidationError"),
        ("file:../outside", "BlobContainerValidationError"),
        (None, "ArgumentNull"),
    ],
)
def test_places_that_cannot_be_used(hub, place, code):
    manager = trusting(hub, IoTHubJobManager.from_connection_string(policy_string(hub, "iothubowner")))
    status, found, _ = error_of(manager.create_import_export_job, JobProperties(type="export", output_blob_container_uri=place))
    assert (status, found) == (400, code)
    assert error_of(manager.get_import_export_job, "no-such-job")[:2] == (404, "JobNotFound")
