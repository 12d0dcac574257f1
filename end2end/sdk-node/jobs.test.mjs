// Group H of the conformance checklist: jobs over many devices, by the Node service SDK (spec 10).

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, test } from "node:test";
import device from "azure-iot-device";
import mqtt from "azure-iot-device-mqtt";
import iothub from "azure-iothub";
import { OWNER, connectionString, device as makeDevice, failure, registry } from "./support.mjs";

const jobs = iothub.JobClient.fromConnectionString(OWNER);
const open = [];

after(() => Promise.all(open.map((client) => client.close())));

/** Devices with a tag of their own, and the condition that finds them. */
async function group(count) {
  const name = randomUUID();
  const made = [];
  for (let number = 0; number < count; number += 1) {
    const one = await makeDevice();
    await registry.updateTwin(one.deviceId, { tags: { group: name } }, "*");
    made.push(one);
  }
  return { made, condition: `tags.group = '${name}'` };
}

/** The job once it is over. */
async function ended(id) {
  for (const until = Date.now() + 30_000; Date.now() < until; ) {
    const { jobStatus } = await jobs.getJob(id);
    if (["completed", "failed", "cancelled"].includes(jobStatus.status)) return jobStatus;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${id} did not end`);
}

test("106: scheduleTwinUpdate writes all twins", async () => {
  const { made, condition } = await group(5);
  const id = randomUUID();
  const patch = { etag: "*", tags: { ring: 2 }, properties: { desired: { interval: 60 } } };
  const { jobStatus } = await jobs.scheduleTwinUpdate(id, condition, patch, new Date(), 300);
  assert.deepEqual([jobStatus.jobId, jobStatus.type], [id, "scheduleUpdateTwin"]);
  const done = await ended(id);
  assert.equal(done.status, "completed");
  assert.deepEqual(done.deviceJobStatistics, { deviceCount: 5, failedCount: 0, succeededCount: 5, runningCount: 0, pendingCount: 0 });
  const { responseBody } = await registry.getTwin(made[4].deviceId);
  assert.equal(responseBody.tags.ring, 2);
  assert.equal(responseBody.properties.desired.interval, 60);
});

test("107, 108: scheduleDeviceMethod with a device that is away", async () => {
  const { made, condition } = await group(2);
  const client = device.Client.fromConnectionString(connectionString(made[0]), mqtt.Mqtt);
  open.push(client);
  await client.open();
  client.onDeviceMethod("update", (request, response) => response.send(200, { got: request.payload }, () => {}));
  // The device subscribes with its first handler; a call that waits for it says when it is there.
  const service = iothub.Client.fromConnectionString(OWNER);
  await service.invokeDeviceMethod(made[0].deviceId, { methodName: "update", responseTimeoutInSeconds: 10, connectTimeoutInSeconds: 5 });
  const id = randomUUID();
  await jobs.scheduleDeviceMethod(id, condition, { methodName: "update", payload: { v: 2 }, responseTimeoutInSeconds: 20 }, new Date(), 300);
  const done = await ended(id);
  assert.equal(done.status, "completed");
  assert.deepEqual([done.deviceJobStatistics.succeededCount, done.deviceJobStatistics.failedCount], [1, 1]);
  const query = registry.createQuery(`SELECT * FROM devices.jobs WHERE devices.jobs.jobId = '${id}'`);
  const rows = (await query.next()).result;
  assert.equal(query.hasMoreResults, false);
  const of = (one) => rows.find((row) => row.deviceId === one.deviceId);
  assert.deepEqual(of(made[0]).outcome.deviceMethodResponse, { status: 200, payload: { got: { v: 2 } } });
  assert.equal(of(made[1]).error.code, "404103");
});

test("109: a future job is called off, and its devices stay as they were", async () => {
  const { made, condition } = await group(1);
  const id = randomUUID();
  const later = new Date(Date.now() + 3_600_000);
  await jobs.scheduleTwinUpdate(id, condition, { etag: "*", tags: { ring: 9 } }, later, 300);
  assert.equal((await jobs.getJob(id)).jobStatus.status, "scheduled");
  const { jobStatus } = await jobs.cancelJob(id);
  assert.equal(jobStatus.status, "cancelled");
  const { responseBody } = await registry.getTwin(made[0].deviceId);
  assert.equal(responseBody.tags.ring, undefined);
});

test("110: createQuery goes page by page over an array", async () => {
  const { condition } = await group(1);
  const ids = [randomUUID(), randomUUID(), randomUUID()];
  for (const id of ids) {
    await jobs.scheduleTwinUpdate(id, condition, { etag: "*", tags: { last: id } }, new Date(), 300);
    await ended(id);
  }
  const query = jobs.createQuery("scheduleUpdateTwin", "completed", 2);
  const found = [];
  while (query.hasMoreResults) {
    // With promises the SDK begins anew unless it is told where to go on.
    const { result } = await query.next(query.continuationToken);
    assert.ok(Array.isArray(result) && result.length <= 2);
    found.push(...result.map((job) => job.jobId));
  }
  for (const id of ids) assert.equal(found.filter((one) => one === id).length, 1);
});

test("111, 112: the same id twice, and one that nobody used", async () => {
  const { condition } = await group(1);
  const id = randomUUID();
  const again = () => jobs.scheduleTwinUpdate(id, condition, { etag: "*", tags: { x: 1 } }, new Date(), 300);
  await again();
  const error = await failure(again());
  assert.equal(error.name, "DeviceAlreadyExistsError");
  assert.match(error.responseBody, /JobAlreadyExists/);
  const { jobStatus } = await jobs.getJob("nobody-used-this");
  assert.deepEqual([jobStatus.type, jobStatus.status], ["unknown", "unknown"]);
});
