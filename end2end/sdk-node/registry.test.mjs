// Groups A and F of the conformance checklist, where they name the Node service SDK (spec 10).

import assert from "node:assert/strict";
import { test } from "node:test";
import iothub from "azure-iothub";
import { OWNER, device, deviceId, failure, registry } from "./support.mjs";

test("22: tokens in the order of this SDK are accepted; 82: keys are minted for a device without authentication", async () => {
  const made = await device();
  const keys = made.authentication.symmetricKey;
  assert.ok(keys.primaryKey && keys.secondaryKey);
  const { responseBody } = await registry.get(made.deviceId);
  assert.equal(responseBody.authentication.symmetricKey.primaryKey, keys.primaryKey);
  assert.equal(responseBody.status, "enabled");
});

test("83: a second create is DeviceAlreadyExistsError", async () => {
  const { deviceId } = await device();
  const error = await failure(registry.create({ deviceId }));
  assert.equal(error.name, "DeviceAlreadyExistsError");
});

test("84: updates, which this SDK sends with any etag", async () => {
  const made = await device();
  const { responseBody } = await registry.update({ ...made, statusReason: "first" });
  assert.equal(responseBody.statusReason, "first");
  assert.notEqual(responseBody.etag, made.etag);
});

test("85: what is not there is DeviceNotFoundError", async () => {
  const error = await failure(registry.get(deviceId()));
  assert.equal(error.name, "DeviceNotFoundError");
  assert.equal((await failure(registry.delete(deviceId()))).name, "DeviceNotFoundError");
  assert.equal((await failure(registry.getTwin(deviceId()))).name, "DeviceNotFoundError");
});

test("86: deleting answers 204", async () => {
  const { deviceId } = await device();
  const { httpResponse } = await registry.delete(deviceId);
  assert.equal(httpResponse.statusCode, 204);
});

test("88: odd names survive", async () => {
  const odd = "a.b_c:d@e=f$g'h!i*j(k)l,m?n%o";
  await registry.create({ deviceId: odd });
  assert.equal((await registry.get(odd)).responseBody.deviceId, odd);
  assert.equal((await registry.getTwin(odd)).responseBody.deviceId, odd);
  await registry.delete(odd);
  assert.equal((await failure(registry.get(odd))).name, "DeviceNotFoundError");
});

test("89: lists, with the slash that this SDK writes", async () => {
  const made = await device();
  const { responseBody } = await registry.list();
  assert.ok(responseBody.some((listed) => listed.deviceId === made.deviceId));
});

test("91: a hundred at once; one duplicate is one error and the others are made", async () => {
  const prefix = deviceId();
  const many = (count, start = 0) => Array.from({ length: count }, (_, n) => ({ deviceId: `${prefix}-${start + n}` }));
  const { responseBody } = await registry.addDevices(many(100));
  assert.equal(responseBody.isSuccessful, true);
  const error = await failure(registry.addDevices(many(3, 99)));
  const result = JSON.parse(error.responseBody);
  assert.equal(result.isSuccessful, false);
  assert.deepEqual(result.errors.map(({ deviceId, errorCode }) => [deviceId, errorCode]), [[`${prefix}-99`, "DeviceAlreadyExists"]]);
  assert.equal((await registry.get(`${prefix}-101`)).responseBody.status, "enabled");
});

test("92: UpdateIfMatchETag and DeleteIfMatchETag, spelled as this SDK does", async () => {
  const made = await device();
  const { deviceId, etag, authentication } = made;
  const update = (etag, status) => registry.updateDevices([{ deviceId, etag, status, authentication }], false);
  assert.equal((await update(etag, "disabled")).responseBody.isSuccessful, true);
  const error = await failure(update(etag, "enabled"));
  assert.equal(JSON.parse(error.responseBody).errors[0].errorCode, "PreconditionFailed");
  const { responseBody } = await registry.get(deviceId);
  assert.equal(responseBody.status, "disabled");
  await registry.removeDevices([{ deviceId, etag: responseBody.etag }], false);
  assert.equal((await failure(registry.get(deviceId))).name, "DeviceNotFoundError");
});

test("93: a hundred and one are too many", async () => {
  const prefix = deviceId();
  const many = Array.from({ length: 101 }, (_, n) => ({ deviceId: `${prefix}-${n}` }));
  await failure(registry.addDevices(many));
  assert.equal((await failure(registry.get(`${prefix}-0`))).name, "DeviceNotFoundError");
});

test("84, 94, 95: twins merge and follow the etag; a stale one is InvalidEtagError", async () => {
  const { deviceId } = await device();
  const { responseBody: first } = await registry.updateTwin(deviceId, { tags: { site: "b7" }, properties: { desired: { interval: 60 } } }, "*");
  assert.deepEqual(first.tags, { site: "b7" });
  const { responseBody: second } = await registry.updateTwin(deviceId, { tags: { floor: 2 } }, first.etag);
  assert.deepEqual(second.tags, { site: "b7", floor: 2 });
  assert.equal((await failure(registry.updateTwin(deviceId, { tags: { floor: 3 } }, first.etag))).name, "InvalidEtagError");
});

test("97: answers are parsed, so their type says JSON", async () => {
  const { responseBody } = await registry.getTwin((await device()).deviceId);
  assert.equal(typeof responseBody.properties.desired.$version, "number");
});

test("an unknown key is UnauthorizedError", async () => {
  const forged = OWNER.replace(/SharedAccessKey=.*/, `SharedAccessKey=${Buffer.alloc(32, 1).toString("base64")}`);
  const error = await failure(iothub.Registry.fromConnectionString(forged).list());
  assert.equal(error.name, "UnauthorizedError");
});
