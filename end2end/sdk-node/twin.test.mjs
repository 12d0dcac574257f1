// Line 70 of the conformance checklist: how the Node device SDK hears of errors of its twin (spec 10).

import assert from "node:assert/strict";
import { test } from "node:test";
import azureDevice from "azure-iot-device";
import mqtt from "azure-iot-device-mqtt";
import { connectionString, device, failure, registry } from "./support.mjs";

test("62, 70: a bad report is an error with our message, and the connection stays", async () => {
  const made = await device();
  const client = azureDevice.Client.fromConnectionString(connectionString(made), mqtt.Mqtt);
  await client.open();
  try {
    const twin = await client.getTwin();
    const update = (patch) => new Promise((resolve, reject) => twin.properties.reported.update(patch, (error) => (error ? reject(error) : resolve())));
    await update({ good: 1 });
    const error = await failure(update({ "a.b": 1 }));
    assert.match(error.message, /a\.b/);
    await update({ good: 2 });
    const { responseBody } = await registry.getTwin(made.deviceId);
    assert.equal(responseBody.properties.reported.good, 2);
    assert.equal(responseBody.properties.reported["a.b"], undefined);
  } finally {
    await client.close();
  }
});
