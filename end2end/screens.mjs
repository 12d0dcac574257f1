// Pictures of every page for people to look at: each role, wide and narrow, light and dark, in report/screens/.
// Usage: npm run screens [-- ROLE…]; SETTLE=seconds waits for the demo fleet to have something to show.

import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium } from "@playwright/test";
import { PHONE, launchOptions, reader } from "./support/browser.mjs";
import { Hub } from "./support/hub.mjs";
import { Visitor } from "./support/visitor.mjs";

const OUT = path.join(import.meta.dirname, "report/screens");
const WIDTHS = { 1440: reader.viewport, 390: PHONE };
const DEVICE = "/devices/gw-hbr-01";
const FILTERED = "/fleet?filter=tags.region%20%3D%20%27north%27%20AND%20contact%20%21%3D%20%27silent%27&q=ct";

/** Name of the picture, address, and what to do before it is taken, where the width has room for it. */
const PAGES = {
  nobody: [
    ["sign-in", "/sign-in"],
    ["sign-in-wrong", "/sign-in?problem=wrong"],
    ["setup-used", "/setup/used"],
    ["not-found", "/nowhere"],
  ],
  operator: [
    ["queue", "/queue"],
    ["health", "/health"],
    ["fleet", "/fleet"],
    ["fleet-filtered", FILTERED],
    ["fleet-columns", "/fleet", (page) => page.getByLabel("Choose columns").click()],
    ["fleet-error", "/fleet", (page) => page.locator("#fleet-filter").pressSequentially("stauts = 'enabled'")],
    ["fleet-none", "/fleet?q=nothing-like-this"],
    ["device", DEVICE],
    ["device-disable", DEVICE, (page) => page.getByText("Disable…").click()],
    ["device-twin", `${DEVICE}?tab=twin`],
    ["device-form", `${DEVICE}?tab=twin&view=form`],
    ["device-json", `${DEVICE}?tab=twin&view=json`],
    ["device-timeline", `${DEVICE}?tab=timeline`],
    ["device-sensor", "/devices/ct-hbr-01-0002"],
    ["device-meter", "/devices/em-hbr-01-0004"],
    ["operations", "/operations"],
    ["operation-new", "/operations/new?kind=update_twin"],
    ["operation-who", "/operations/new?step=who"],
    ["operation-how", "/operations/new?step=how"],
    ["alerts", "/alerts"],
    ["alert", "/alerts", (page) => page.locator(".inbox-rows a").first().click()],
    ["account", "/account"],
    ["account-menu", "/queue", (page) => page.locator("summary.me").click()],
    ["forbidden", "/people"],
    ["not-found", "/nowhere"],
  ],
  supervisor: [
    ["oversight", "/oversight"],
    ["operations", "/operations"],
    ["operation", "/operations", operation("Sensor firmware 4.4.0, ring 1")],
    ["operation-done", "/operations", operation("Report every two minutes in ring 0")],
    ["operation-review", "/operations/new?step=review"],
    ["alert-rules", "/alerts/rules"],
    ["alert-rule", "/alerts/rules/-"],
    ["windows", "/windows"],
    ["places", "/places"],
    ["firmware", "/firmware"],
    ["configurations", "/configurations"],
    ["approvals", "/approvals"],
    ["embeds", "/embeds"],
    ["embed-new", "/embeds/new"],
    ["device-operations", "/devices/ct-hbr-01-0002?tab=operations"],
    ["device-history", "/devices/ct-hbr-01-0002?tab=history"],
  ],
  manager: [
    ["goals", "/goals"],
    ["fleet", "/fleet"],
    ["device", DEVICE],
  ],
  admin: [
    ["hub", "/hub"],
    ["people", "/people"],
    ["person-new", "/people?new=true"],
    ["person", "/people/1"],
    ["approval-rules", "/approvals/rules"],
    ["gallery", "/gallery"],
  ],
};

/** Opens an operation of the demo by its title. */
function operation(title) {
  return async (page) => {
    await page.getByRole("link", { name: title }).click();
    await page.getByRole("heading", { name: title }).waitFor();
  };
}

const roles = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(PAGES);
const hub = await Hub.start(Number(process.env.DEVICES ?? 500));
const browser = await chromium.launch(launchOptions);
try {
  await sleep(1000 * Number(process.env.SETTLE ?? 30));
  for (const role of roles) {
    const person = role === "nobody" ? undefined : await hub.person(role);
    await rm(path.join(OUT, role), { recursive: true, force: true });
    await mkdir(path.join(OUT, role), { recursive: true });
    for (const [width, viewport] of Object.entries(WIDTHS)) {
      const visitor = await Visitor.open(browser, hub, person, { viewport });
      visitor.page.setDefaultTimeout(5_000);
      for (const page of PAGES[role]) await picture(visitor, role, width, page);
      await visitor.close();
    }
  }
} finally {
  await browser.close();
  await hub.close();
}

async function picture({ page, watch }, role, width, [name, address, prepare]) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.goto(address);
    await page.locator("html[data-hydrated]").waitFor({ state: "attached" });
    await prepare?.(page).catch(() => {});
    await sleep(300);
    await page.screenshot({ path: path.join(OUT, role, `${name}-${width}-${colorScheme}.png`), fullPage: true });
  }
  for (const fault of watch.take()) {
    if (!/^answer 40[34]: GET/.test(fault)) console.log(`${role} ${name} ${width}: ${fault}`);
  }
}
