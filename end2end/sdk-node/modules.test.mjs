// Modules with the Node service SDK: line 90 and its neighbours in the conformance checklist (spec 10).

import assert from "node:assert/strict";
import { test } from "node:test";
import { device, failure, registry } from "./support.mjs";

test("90: a module is made, read, listed and deleted; a second one is a conflict", async () => {
  const { deviceId } = await device();
  const { responseBody: made } = await registry.addModule({ deviceId, moduleId: "filter", managedBy: "ops" });
  assert.ok(made.authentication.symmetricKey.primaryKey);
  assert.equal((await registry.getModule(deviceId, "filter")).responseBody.etag, made.etag);
  assert.deepEqual((await registry.getModulesOnDevice(deviceId)).responseBody.map((module) => module.moduleId), ["filter"]);
  const error = await failure(registry.addModule({ deviceId, moduleId: "filter" }));
  assert.equal(error.name, "DeviceAlreadyExistsError");
  assert.match(error.responseBody, /409301/);
  const { responseBody: twin } = await registry.getModuleTwin(deviceId, "filter");
  assert.equal(twin.moduleId, "filter");
  await registry.removeModule(deviceId, "filter");
  assert.deepEqual((await registry.getModulesOnDevice(deviceId)).responseBody, []);
});
