// Group H of the conformance checklist, configurations, with the Node service SDK (spec 10).

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { device, failure, registry } from "./support.mjs";

/** Asks until the answer is the wanted one. */
async function until(want, ask) {
  const end = Date.now() + 20_000;
  for (;;) {
    const found = await ask();
    try {
      assert.deepEqual(found, want);
      return;
    } catch (problem) {
      if (Date.now() > end) throw problem;
    }
    await setTimeout(20);
  }
}

const desired = async (id) => {
  const { responseBody } = await registry.getTwin(id);
  const { $metadata, $version, ...rest } = responseBody.properties.desired;
  return rest;
};

const counts = async (id) => (await registry.getConfiguration(id)).responseBody.systemMetrics.results;

test("113–115: a configuration is applied, counted, asked for and deleted", async () => {
  const { deviceId } = await device();
  const content = { deviceContent: { "properties.desired.chiller": { temperature: 98 } } };
  const { responseBody: made } = await registry.addConfiguration({
    id: "chiller",
    content,
    targetCondition: `deviceId = '${deviceId}'`,
    priority: 5,
    labels: { team: "ops" },
    metrics: { queries: { all: "SELECT deviceId FROM devices" } },
  });
  assert.deepEqual(made.content, content);
  assert.equal(made.schemaVersion, "1.0");
  await until({ targetedCount: 1, appliedCount: 1 }, () => counts("chiller"));
  assert.deepEqual(await desired(deviceId), { chiller: { temperature: 98 } });
  const query = registry.createQuery("SELECT deviceId FROM devices WHERE configurations.[[chiller]].status = 'Applied'");
  const { result } = await query.next();
  assert.deepEqual(result, [{ deviceId }]);
  const { responseBody: list } = await registry.getConfigurations();
  assert.ok(list.some((one) => one.id === "chiller"));
  const { httpResponse } = await registry.removeConfiguration("chiller");
  assert.equal(httpResponse.statusCode, 204);
  assert.deepEqual(await desired(deviceId), { chiller: { temperature: 98 } });
  assert.match((await failure(registry.getConfiguration("chiller"))).message, /Not Found|ConfigurationNotFound/i);
});

test("96: updates with the quoted etag of this SDK", async () => {
  const content = { deviceContent: { "properties.desired.x": 1 } };
  const { responseBody: made } = await registry.addConfiguration({ id: "quoted", content, targetCondition: "", priority: 1 });
  try {
    const { responseBody: changed } = await registry.updateConfiguration({ ...made, priority: 2 });
    assert.equal(changed.priority, 2);
    assert.ok(await failure(registry.updateConfiguration({ ...made, priority: 3 })));
    const { responseBody: forced } = await registry.updateConfiguration({ ...made, priority: 4 }, true);
    assert.equal(forced.priority, 4);
  } finally {
    await registry.removeConfiguration("quoted");
  }
});

test("content is applied to one device", async () => {
  const { deviceId } = await device();
  await registry.applyConfigurationContentOnDevice(deviceId, { deviceContent: { "properties.desired.a": 1 } });
  assert.deepEqual(await desired(deviceId), { a: 1 });
  assert.ok(await failure(registry.applyConfigurationContentOnDevice(deviceId, { modulesContent: {} })));
});
