// Starts a hub and runs the tests of this directory against it. Node reads further authorities when it starts, and the
// service SDK speaks to port 443 only (spec 6.1): the tests are a process of their own, and the hub has a loopback
// address of its own.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { createServer } from "node:net";
import { Hub } from "../support/hub.mjs";

const ADDRESS = "127.0.0.12";

async function mayListen(port) {
  const server = createServer().listen(port, ADDRESS);
  try {
    await once(server, "listening");
  } catch (problem) {
    throw new Error(
      `cannot listen on ${ADDRESS}:${port} (${problem.code}); allow it with: sudo sysctl net.ipv4.ip_unprivileged_port_start=${port}`,
    );
  }
  server.close();
  await once(server, "close");
}

await mayListen(443);
const hub = await Hub.start(0, ADDRESS, { https: `${ADDRESS}:443`, mqtt: `${ADDRESS}:8883` });
try {
  const owner = (await hub.cli("policy", "connection-string", "iothubowner")).trim();
  const tests = readdirSync(import.meta.dirname).filter((file) => file.endsWith(".test.mjs"));
  const run = spawn(process.execPath, ["--test", "--test-concurrency=1", ...tests], {
    cwd: import.meta.dirname,
    stdio: "inherit",
    env: { ...process.env, NODE_EXTRA_CA_CERTS: hub.ca, HUB_OWNER: owner, HUB_ADDRESS: ADDRESS },
  });
  const [code] = await once(run, "exit");
  process.exitCode = code ?? 1;
} finally {
  await hub.close();
}
