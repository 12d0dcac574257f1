// The SDKs against the hub that `run.mjs` started.

import iothub from "azure-iothub";

/** The connection string of the policy `iothubowner`. */
export const OWNER = process.env.HUB_OWNER;

/** The hub's name and address. */
export const ADDRESS = process.env.HUB_ADDRESS;

/** The SDK's registry client. */
export const registry = iothub.Registry.fromConnectionString(OWNER);

let number = 0;

/** An id that nobody has used. */
export function deviceId() {
  number += 1;
  return `node-${process.pid}-${number}`;
}

/** Makes a device and gives its resource. */
export async function device(fields = {}) {
  const { responseBody } = await registry.create({ deviceId: deviceId(), ...fields });
  return responseBody;
}

/** A device's connection string. */
export function connectionString(device) {
  return `HostName=${ADDRESS};DeviceId=${device.deviceId};SharedAccessKey=${device.authentication.symmetricKey.primaryKey}`;
}

/** Waits for what must fail and gives the error. */
export async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it was not refused");
}
