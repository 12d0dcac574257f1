// A Muster process of its own for tests: started, asked by its command line, ended.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { Person } from "./person.mjs";

const ROOT = path.resolve(import.meta.dirname, "../..");
const BINARIES = ["target/release/muster", "target/debug/muster"].map((file) => path.join(ROOT, file));

/** How long a start may take, in milliseconds. */
const START_WITHIN = 60_000;

/** How long an end in order may take before the process is killed, in milliseconds. */
const END_WITHIN = 20_000;

function binary() {
  const found = process.env.MUSTER_BIN ?? BINARIES.find(existsSync);
  if (!found || !existsSync(found)) throw new Error(`there is no ${found ?? BINARIES[0]}; run make build`);
  return found;
}

/** One hub with a data directory of its own. */
export class Hub {
  /**
   * Starts a hub with the demo fleet of so many devices; with `null` an empty one that waits for its first administrator.
   * It listens on free ports of this machine, unless addresses are given by the names of listeners.
   */
  static async start(demoDevices, hostname = "localhost", addresses = {}) {
    const hub = new Hub();
    hub.dir = await mkdtemp(path.join(tmpdir(), "muster-end2end-"));
    try {
      await hub.#run(demoDevices, hostname, addresses);
    } catch (problem) {
      await hub.close();
      throw problem;
    }
    return hub;
  }

  async #run(demoDevices, hostname, addresses) {
    const words = ["serve", "--data-dir", this.#in("data"), "--hostname", hostname];
    for (const listener of ["http", "https", "mqtt", "admin"]) words.push(`--${listener}`, addresses[listener] ?? "127.0.0.1:0");
    if (demoDevices !== null) words.push("--demo", "--demo-devices", `${demoDevices}`, "--demo-passwords", this.#in("passwords"));
    const log = openSync(this.#in("log"), "a");
    this.process = spawn(binary(), words, { cwd: ROOT, stdio: ["ignore", "pipe", log] });
    closeSync(log);
    const lines = createInterface({ input: this.process.stdout });
    const line = await Promise.race([
      once(lines, "line").then(([line]) => line),
      once(this.process, "exit").then(() => null),
      sleep(START_WITHIN, null, { ref: false }),
    ]);
    if (!line) throw new Error(`muster did not start:\n${this.log()}`);
    this.ready = JSON.parse(line);
    this.url = `http://${this.ready.http}`;
    this.passwords = demoDevices === null ? {} : JSON.parse(readFileSync(this.#in("passwords"), "utf8"));
  }

  #in(name) {
    return path.join(this.dir, name);
  }

  /** Where the certificate of its own authority is. */
  get ca() {
    return this.#in("data/tls/ca.pem");
  }

  /** What the hub wrote to its console. */
  log() {
    return readFileSync(this.#in("log"), "utf8");
  }

  /** Runs a subcommand against the running hub and returns what it prints. */
  async cli(...words) {
    const { stdout } = await promisify(execFile)(binary(), [...words, "--data-dir", this.#in("data")], { cwd: ROOT });
    return stdout;
  }

  /** Makes a device that nothing else touches. */
  async createDevice(id, { tags = {}, desired = {} } = {}) {
    await this.cli("device", "create", id, "--tags", JSON.stringify(tags), "--desired", JSON.stringify(desired));
    return id;
  }

  /** The devices that fulfil a condition, as the command line lists them. */
  async devices(where = "") {
    return JSON.parse(await this.cli("device", "list", "--where", where, "--json"));
  }

  /** A device that fulfils a condition and is connected. Those of the demo connect within seconds after the start. */
  async connected(where) {
    for (let tries = 0; tries < 60; tries++) {
      const [device] = await this.devices(`${where} AND connectionState = 'Connected'`);
      if (device) return device;
      await sleep(250);
    }
    throw new Error(`no device with ${where} has connected`);
  }

  /** Makes an account that has chosen its own password already. */
  async createPerson(name, role, scope = "") {
    const made = await this.cli("user", "create", name, "--role", role, "--scope", scope, "--json");
    const first = await Person.signIn(this.url, name, JSON.parse(made).password);
    const password = `${name} has a password`;
    await first.changePassword(JSON.parse(made).password, password);
    return { name, password };
  }

  /** A signed-in person without a browser. */
  async person(name, password = this.passwords[name]) {
    return Person.signIn(this.url, name, password);
  }

  /** Ends the process and removes what it left. */
  async close() {
    if (this.process && this.process.exitCode === null && this.process.signalCode === null) {
      const kill = setTimeout(() => this.process.kill("SIGKILL"), END_WITHIN);
      this.process.kill("SIGTERM");
      await once(this.process, "exit");
      clearTimeout(kill);
    }
    await rm(this.dir, { recursive: true, force: true });
  }
}
