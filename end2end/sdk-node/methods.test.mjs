// Group E of the conformance checklist, where it names the Node service SDK (spec 10), with devices of the Node SDK.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import device from "azure-iot-device";
import mqtt from "azure-iot-device-mqtt";
import iothub from "azure-iothub";
import { OWNER, connectionString, device as makeDevice, deviceId, failure } from "./support.mjs";

const service = iothub.Client.fromConnectionString(OWNER);
const open = [];

after(() => Promise.all(open.map((client) => client.close())));

/** A connected device that answers the method `echo` with what it was given. */
async function connected() {
  const made = await makeDevice();
  const client = device.Client.fromConnectionString(connectionString(made), mqtt.Mqtt);
  open.push(client);
  await client.open();
  client.onDeviceMethod("echo", (request, response) => response.send(201, { echo: request.payload }, () => {}));
  client.onDeviceMethod("silent", () => {});
  return made.deviceId;
}

const invoke = (id, params) => service.invokeDeviceMethod(id, params);

/** The device subscribes with its first handler; until then it is not there. */
const call = (methodName, payload, responseTimeoutInSeconds = 30) => ({ methodName, payload, responseTimeoutInSeconds, connectTimeoutInSeconds: 5 });

test("72: payloads make the round trip, null too", async () => {
  const id = await connected();
  for (const payload of [{ x: [1] }, [1, 2], "text", 7, null]) {
    const { result } = await invoke(id, call("echo", payload));
    assert.deepEqual(result, { status: 201, payload: { echo: payload } });
  }
});

test("74: a device that is away is a plain error of 404", async () => {
  const { deviceId } = await makeDevice();
  const error = await failure(invoke(deviceId, { methodName: "echo", connectTimeoutInSeconds: 0 }));
  assert.equal(error.name, "Error");
  assert.match(error.responseBody, /404103/);
});

test("76: a handler that never answers is GatewayTimeoutError", async () => {
  const id = await connected();
  const error = await failure(invoke(id, call("silent", null, 5)));
  assert.equal(error.name, "GatewayTimeoutError");
  assert.match(error.responseBody, /504101/);
});

test("77: an unknown device is DeviceNotFoundError", async () => {
  const error = await failure(invoke(deviceId(), { methodName: "echo" }));
  assert.equal(error.name, "DeviceNotFoundError");
});
