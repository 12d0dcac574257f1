// What journeys are given: a hub per worker, and people with browsers.

import { test as base } from "@playwright/test";
import { Fleet } from "./fleet.mjs";
import { Hub } from "./hub.mjs";
import { Visitor } from "./visitor.mjs";

export { expect } from "@playwright/test";

/** Enough for two pages of the fleet and for every region. */
const DEVICES = 40;

export const test = base.extend({
  /** A hub with the demo fleet. Journeys of one worker share it, one after the other. */
  hub: [
    async ({}, use) => {
      const hub = await Hub.start(DEVICES);
      await use(hub);
      await hub.close();
    },
    { scope: "worker", timeout: 90_000 },
  ],

  /** Sessions of the demo accounts, made once. */
  sessions: [
    async ({ hub }, use) => {
      const sessions = new Map();
      await use((role) => {
        if (!sessions.has(role)) sessions.set(role, hub.person(role));
        return sessions.get(role);
      });
    },
    { scope: "worker" },
  ],

  /** Opens a browser for nobody, for a role of the demo, or for a `Person`. */
  visit: async ({ browser, hub, sessions }, use) => {
    const open = [];
    await use(async (who, options) => {
      const person = typeof who === "string" ? await sessions(who) : who;
      const visitor = await Visitor.open(browser, hub, person, options);
      open.push(visitor);
      return visitor;
    });
    for (const visitor of open) {
      visitor.unharmed();
      await visitor.close();
    }
  },

  /** People of the demo, each with a browser. */
  operator: async ({ visit }, use) => use(await visit("operator")),
  supervisor: async ({ visit }, use) => use(await visit("supervisor")),
  manager: async ({ visit }, use) => use(await visit("manager")),
  admin: async ({ visit }, use) => use(await visit("admin")),

  /** The fleet page in the operator's browser. */
  fleet: async ({ operator }, use) => use(new Fleet(operator)),

  /** An id that no other journey of the worker uses. */
  id: async ({}, use, info) => {
    await use(`pump-${info.testId.slice(-6)}-${info.repeatEachIndex}${info.retry}`);
  },
});
