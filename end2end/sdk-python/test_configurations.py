"""Group H of the conformance checklist, configurations, with the official Python SDKs (spec 10)."""

import time

import pytest
from azure.iot.hub import IoTHubConfigurationManager
from azure.iot.hub.models import Configuration, ConfigurationContent, ConfigurationMetrics, ConfigurationQueriesTestInput, QuerySpecification, Twin

from service import connection_string as policy_string
from service import error_of, registry, trusting


@pytest.fixture(scope="module")
def service(hub):
    return registry(hub)


@pytest.fixture(scope="module")
def configurations(hub):
    return trusting(hub, IoTHubConfigurationManager.from_connection_string(policy_string(hub)))


@pytest.fixture
def keep(configurations):
    """Makes configurations that are deleted after the test."""
    kept = []

    def make(name, target, desired, priority=0, **more):
        content = ConfigurationContent(device_content={f"properties.desired.{path}": value for path, value in desired.items()})
        made = configurations.create_configuration(Configuration(id=name, schema_version="1.0", content=content, target_condition=target, priority=priority, **more))
        kept.append(name)
        return made

    yield make
    for name in kept:
        try:
            configurations.delete_configuration(name)
        except Exception as gone:  # a test may have deleted it
            assert "ConfigurationNotFound" in str(gone.response.text)


def until(want, ask):
    """Asks until the answer is the wanted one."""
    end = time.monotonic() + 20
    while (found := ask()) != want:
        assert time.monotonic() < end, f"{found} never became {want}"
        time.sleep(0.02)


def device(service, name, tags):
    service.create_device_with_sas(name, None, None, "enabled")
    service.update_twin(name, Twin(tags=tags))


def desired(service, name):
    found = service.get_twin(name).properties.desired
    return {key: value for key, value in found.items() if not key.startswith("$")}


def counts(configurations, name):
    return configurations.get_configuration(name).system_metrics.results


def test_113_current_and_later_devices_are_covered_and_the_higher_priority_wins(service, configurations, keep, device_id):
    first, later = f"{device_id}-a", f"{device_id}-b"
    device(service, first, {"h113": 2})
    keep("low", "tags.h113 = 2", {"level": 1, "net": {"apn": "iot"}}, 1)
    until({"level": 1, "net": {"apn": "iot"}}, lambda: desired(service, first))
    keep("high", "tags.h113 = 2", {"level": 5}, 9)
    until({"level": 5, "net": {"apn": "iot"}}, lambda: desired(service, first))
    device(service, later, {"h113": 2})
    until({"level": 5, "net": {"apn": "iot"}}, lambda: desired(service, later))
    # Who leaves the target of the higher one is covered by the next.
    change = configurations.get_configuration("high")
    change.target_condition = f"deviceId = '{later}'"
    configurations.update_configuration(change, change.etag)
    until({"level": 1, "net": {"apn": "iot"}}, lambda: desired(service, first))
    assert desired(service, later)["level"] == 5


def test_113_a_connected_device_is_told(hub, service, keep, connect, device_id):
    device(service, device_id, {"h113t": True})
    client = connect(hub.connection_string(device_id))
    told = []
    client.on_twin_desired_properties_patch_received = told.append
    client.connect()
    keep("told", "tags.h113t = true", {"firmware": {"version": "2.1"}})
    until([{"version": "2.1"}], lambda: [patch["firmware"] for patch in told])


def test_114_deleting_keeps_the_values_and_metrics_count(service, configurations, keep, device_id):
    for number in range(3):
        device(service, f"{device_id}-{number}", {"h114": number})
    done = "SELECT deviceId FROM devices WHERE tags.h114 = 0"
    made = keep("ring2", "IS_DEFINED(tags.h114)", {"level": 1}, labels={"team": "ops"}, metrics=ConfigurationMetrics(queries={"done": done}))
    assert made.labels == {"team": "ops"} and made.etag
    keep("above", "tags.h114 = 2", {"level": 2}, 5)
    until({"targetedCount": 3, "appliedCount": 2}, lambda: counts(configurations, "ring2"))
    read = configurations.get_configuration("ring2")
    assert read.metrics.results == {"done": 1}
    assert read.system_metrics.queries["targetedCount"] == "select deviceId from devices where IS_DEFINED(tags.h114)"
    configurations.delete_configuration("above")
    until({"targetedCount": 3, "appliedCount": 3}, lambda: counts(configurations, "ring2"))
    configurations.delete_configuration("ring2", read.etag)
    assert desired(service, f"{device_id}-2") == {"level": 1}
    assert error_of(configurations.get_configuration, "ring2")[:2] == (404, "ConfigurationNotFound")


def test_115_the_query_selects_exactly_the_applied_devices(service, configurations, keep, device_id):
    for number in range(6):
        device(service, f"{device_id}-{number}", {"h115": number})
    keep("applied", "tags.h115 < 4", {"level": 1}, 1)
    keep("over", "tags.h115 = 3", {"level": 3}, 2)
    until({"targetedCount": 4, "appliedCount": 3}, lambda: counts(configurations, "applied"))
    asked = QuerySpecification(query="SELECT * FROM devices WHERE configurations.[[applied]].status = 'Applied'")
    rows = service.query_iot_hub(asked).items
    assert sorted(row.device_id for row in rows) == [f"{device_id}-{number}" for number in range(3)]
    assert rows[0].additional_properties["configurations"] == {"applied": {"status": "Applied"}}
    twin = service.get_twin(f"{device_id}-3").additional_properties
    assert twin["configurations"] == {"applied": {"status": "Targeted"}, "over": {"status": "Applied"}}


def test_96_updates_follow_the_etag_and_leave_the_content(configurations, keep):
    made = keep("etags", "", {"level": 1})
    made.priority = 7
    made.content = ConfigurationContent(device_content={"properties.desired.other": 1})
    changed = configurations.update_configuration(made, made.etag)
    assert changed.priority == 7 and changed.content.device_content == {"properties.desired.level": 1}
    assert error_of(configurations.update_configuration, made, made.etag)[:2] == (412, "PreconditionFailed")
    assert configurations.update_configuration(made, "*").etag not in (made.etag, changed.etag)
    again = Configuration(id="etags", content=ConfigurationContent(device_content={}))
    assert error_of(configurations.create_configuration, again)[:2] == (409, "ConfigurationAlreadyExists")
    assert "etags" in [one.id for one in configurations.get_configurations(20)]
    assert len(configurations.get_configurations()) >= 1


def test_what_is_wrong_is_said(configurations):
    def refused(content, target):
        wrong = Configuration(id="wrong", content=ConfigurationContent(**content), target_condition=target)
        return error_of(configurations.create_configuration, wrong)[:2]

    good = {"device_content": {"properties.desired.a": 1}}
    assert refused(good, "tags.a =") == (400, "InvalidConfigurationTargetCondition")
    assert refused(good, "status = 'enabled'") == (400, "InvalidConfigurationTargetCondition")
    assert refused({"device_content": {"tags.a": 1}}, "") == (400, "InvalidConfigurationContent")
    assert refused({}, "") == (400, "InvalidConfigurationContent")
    tried = ConfigurationQueriesTestInput(target_condition="tags.a =", custom_metric_queries={"good": "SELECT * FROM devices", "bad": "SELECT"})
    verdict = configurations.test_configuration_queries(tried)
    assert verdict.target_condition_error and list(verdict.custom_metric_query_errors) == ["bad"]
    fine = configurations.test_configuration_queries(ConfigurationQueriesTestInput(target_condition="tags.a = 1", custom_metric_queries={}))
    assert fine.target_condition_error is None and fine.custom_metric_query_errors == {}


def test_content_is_applied_to_one_device(service, configurations, device_id):
    device(service, device_id, {})
    configurations.apply_configuration_on_edge_device(device_id, ConfigurationContent(device_content={"properties.desired.a": {"b": 1}}))
    assert desired(service, device_id) == {"a": {"b": 1}}
    edge = ConfigurationContent(modules_content={"$edgeAgent": {"properties.desired": {}}})
    assert error_of(configurations.apply_configuration_on_edge_device, device_id, edge)[0] == 400


def test_rights(hub):
    reader = trusting(hub, IoTHubConfigurationManager.from_connection_string(policy_string(hub, "registryRead")))
    assert isinstance(reader.get_configurations(), list)
    new = Configuration(id="mine", content=ConfigurationContent(device_content={}))
    assert error_of(reader.create_configuration, new)[:2] == (401, "IotHubUnauthorizedAccess")
    other = trusting(hub, IoTHubConfigurationManager.from_connection_string(policy_string(hub, "service")))
    assert error_of(other.get_configurations)[:2] == (401, "IotHubUnauthorizedAccess")
