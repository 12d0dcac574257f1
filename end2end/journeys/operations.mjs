// Bulk operations: from a selection to results, why devices wait, stopping, retrying, and who may do what.

import { readFile } from "node:fs/promises";
import { PHONE } from "../support/browser.mjs";
import { expect, test } from "../support/test.mjs";

const steps = (page) => page.getByRole("list", { name: "Steps" });

/** Fills the first step for a desired property. */
async function desired(page, path, value) {
  await page.getByRole("link", { name: /^Change tags or desired properties/ }).click();
  await page.getByRole("textbox", { name: "Path 1" }).fill(path);
  await page.getByLabel("Type 1").selectOption("number");
  await page.getByRole("textbox", { name: "Value 1" }).fill(value);
}

const next = (page, name) => page.getByRole("button", { name: `Next: ${name}` }).click();

/** Prepares an operation on named devices up to the review. */
async function prepared(visitor, title, ids, fill = async () => {}) {
  const page = visitor.page;
  await visitor.open(`/operations/new?ids=${encodeURIComponent(ids.join(" "))}`);
  await desired(page, "reporting.interval", "300");
  await page.getByRole("textbox", { name: "Title" }).fill(title);
  await next(page, "who");
  await next(page, "how");
  await fill(page);
  await next(page, "review");
}

for (const [width, options] of [["wide", {}], ["phone", { viewport: PHONE }]]) {
  test(`a selection is changed, from the fleet to the results (${width})`, async ({ visit, hub, id }) => {
    await hub.createDevice(`${id}-a`, { tags: { batch: id } });
    await hub.createDevice(`${id}-b`, { tags: { batch: id } });
    const visitor = await visit("operator", options);
    const page = visitor.page;
    await visitor.open(`/fleet?filter=${encodeURIComponent(`tags.batch = '${id}'`)}`);
    await page.getByLabel("Select all rows of this page").check();
    await page.getByRole("button", { name: "Change these devices…" }).click();
    await expect(visitor.heading).toHaveText("New operation");
    await expect(steps(page).locator("[aria-current=step]")).toHaveText("What");
    await visitor.judge();
    await visitor.fits();

    await desired(page, "reporting.interval", "60");
    await next(page, "who");
    await expect(page.getByRole("textbox", { name: "Ids of devices" })).toHaveValue(`${id}-a\n${id}-b`);
    await visitor.judge();
    await next(page, "how");
    await page.getByRole("textbox", { name: "Attempts", exact: true }).fill("99");
    await next(page, "review");
    await expect(page.getByText("Write a whole number from 1 to 10.")).toBeVisible();
    await visitor.judge();
    await page.getByRole("textbox", { name: "Attempts", exact: true }).fill("2");
    await next(page, "review");
    await expect(page.getByText("Set desired reporting.interval = 60 on 2 devices")).toBeVisible();
    await visitor.judge();
    await visitor.fits();
    await page.getByRole("button", { name: "Start on 2 devices" }).click();

    await expect(page).toHaveURL(/\/operations\/\d+$/);
    await expect(visitor.heading).toContainText("Set desired reporting.interval = 60");
    await expect(visitor.heading).toContainText("Completed", { timeout: 20_000 });
    await visitor.judge();
    await visitor.fits();
    await page.getByRole("navigation", { name: "Parts of the operation" }).getByRole("link", { name: /^Devices/ }).click();
    const devices = page.getByRole("table", { name: "Devices of the operation" });
    await expect(devices.getByRole("rowheader")).toHaveText([`${id}-a`, `${id}-b`]);
    await expect(devices).toContainText("Done");
    await visitor.judge();
    await visitor.fits();
    await page.getByText("Export", { exact: true }).click();
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: /^CSV/ }).click()]);
    const lines = (await readFile(await file.path(), "utf8")).trimEnd().split("\r\n");
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(new RegExp(`^${id}-a,1,succeeded,`));

    await visitor.open(`/devices/${id}-a?tab=operations`);
    await expect(page.getByRole("table", { name: "Operations, the newest first" })).toContainText("Done");
    await visitor.open("/operations?state=completed");
    await expect(page.getByRole("link", { name: "Set desired reporting.interval = 60" }).first()).toBeVisible();
    await visitor.fits();
  });
}

test("a device waits for a gate, everybody sees why, and stopping says what it does", async ({ operator, supervisor, hub, id }) => {
  await hub.createDevice(id);
  await prepared(operator, `Waits ${id}`, [id], async (page) => {
    await page.getByRole("textbox", { name: "Name of condition 1" }).fill("Door closed");
    await page.getByRole("textbox", { name: "Condition 1", exact: true }).fill("reported.door = 'closed'");
  });
  const page = operator.page;
  await expect(operator.section("A device goes ahead when")).toContainText("Door closed");
  await page.getByRole("button", { name: "Start on 1 device" }).click();
  await expect(operator.section("Why devices wait")).toContainText("Door closed", { timeout: 20_000 });
  await expect(page.getByText(/^If you stop:/)).toContainText("1 stay as they are");
  await expect(page.getByText("A supervisor can override it.")).toBeVisible();
  await operator.judge();

  // The supervisor sees it run at home and may let the device pass.
  await supervisor.open("/oversight");
  await supervisor.section("Running operations").getByRole("link", { name: `Waits ${id}` }).click();
  await expect(supervisor.page.getByText("Override…")).toBeVisible();
  await supervisor.judge();

  await page.locator("summary", { hasText: "Stop…" }).click();
  await page.getByRole("textbox", { name: "Reason" }).last().fill("the door is open for days");
  await page.getByRole("button", { name: "Stop operation" }).click();
  await expect(operator.heading).toContainText("Stopped");
  await expect(page.getByText("Stopped: The door is open for days.")).toBeVisible();
  await page.getByRole("link", { name: "History" }).click();
  await expect(operator.section("History")).toContainText("the door is open for days");
  await operator.judge();
});

test("what failed is tried again", async ({ operator, hub, id }) => {
  await hub.createDevice(id);
  const page = operator.page;
  await operator.open(`/operations/new?ids=${id}`);
  await page.getByRole("link", { name: /^Call a method/ }).click();
  await page.getByRole("combobox", { name: "Method" }).fill("reboot");
  await next(page, "who");
  await next(page, "how");
  await page.getByRole("combobox", { name: "A device that is offline" }).selectOption("fail");
  await page.getByRole("textbox", { name: "Attempts", exact: true }).fill("1");
  await next(page, "review");
  await page.getByRole("button", { name: "Start on 1 device" }).click();
  await expect(operator.heading).toContainText("Completed with failures", { timeout: 20_000 });
  await expect(operator.section("Why devices failed")).toContainText(/1/);
  await operator.judge();

  // It was away: nothing was sent, and the page says so.
  await page.getByRole("link", { name: /^Devices/ }).click();
  const devices = page.getByRole("table", { name: "Devices of the operation" });
  await expect(devices.locator("td[data-label=Attempts]")).toHaveText("0nothing was sent");
  await operator.judge();

  // That device alone, and then all that failed.
  await devices.getByRole("checkbox", { name: `Retry ${id}` }).check();
  await page.locator("summary", { hasText: "Retry…" }).click();
  await page.getByRole("button", { name: "Retry 1 device" }).click();
  await expect(page.getByText("1 device will be tried again.")).toBeVisible();
  await expect(operator.heading).toContainText("Completed with failures", { timeout: 20_000 });
  await page.getByRole("link", { name: "Progress" }).click();
  await page.locator("summary", { hasText: "Retry 1…" }).click();
  await page.getByRole("button", { name: "Retry 1 device" }).click();
  await page.getByRole("link", { name: "History" }).click();
  const again = operator.section("History").getByText(/had 1 device of “.*” tried again/);
  await expect(again).toHaveCount(2, { timeout: 20_000 });
  await operator.judge();
});

test("a supervisor lets one device past its gate", async ({ operator, supervisor, hub, id }) => {
  await hub.createDevice(`${id}-a`);
  await hub.createDevice(`${id}-b`);
  await prepared(operator, `Gated ${id}`, [`${id}-a`, `${id}-b`], async (page) => {
    await page.getByRole("textbox", { name: "Name of condition 1" }).fill("Door closed");
    await page.getByRole("textbox", { name: "Condition 1", exact: true }).fill("reported.door = 'closed'");
  });
  await operator.page.getByRole("button", { name: "Start on 2 devices" }).click();
  await expect(operator.section("Why devices wait")).toContainText("Door closed", { timeout: 20_000 });
  const address = new URL(operator.page.url()).pathname;
  await operator.open(`${address}?tab=devices`);
  await expect(operator.page.getByRole("button", { name: /^Override/ })).toHaveCount(0);

  const { page } = supervisor;
  await supervisor.open(`${address}?tab=devices&state=waiting`);
  await page.getByRole("button", { name: `Override… the gate for ${id}-a` }).click();
  const dialog = page.getByRole("dialog", { name: "Let 1 device past its gate?" });
  await expect(dialog).toContainText(`${id}-a waits`);
  await supervisor.judge();
  await dialog.getByLabel("Reason").fill("the customer agreed");
  await dialog.getByRole("button", { name: "Let 1 device pass" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("table", { name: "Devices of the operation" }).getByRole("rowheader")).toHaveText([`${id}-b`], { timeout: 20_000 });

  // The same from the page of the other device.
  await supervisor.open(`/devices/${id}-b?tab=operations`);
  await page.getByRole("button", { name: /^Override/ }).click();
  await dialog.getByLabel("Reason").fill("this one, too");
  await dialog.getByRole("button", { name: "Let 1 device pass" }).click();
  await expect(page.getByRole("table", { name: "Operations, the newest first" })).toContainText("Done", { timeout: 20_000 });
  await supervisor.judge();
  await supervisor.open(`${address}?tab=history`);
  await expect(supervisor.section("History")).toContainText("the customer agreed");
  await expect(supervisor.section("History")).toContainText("this one, too");
});

test("drafts survive, a plan is cloned, and deleting asks for the number", async ({ operator, hub, id }) => {
  await hub.createDevice(id);
  const page = operator.page;
  await operator.open(`/operations/new?ids=${id}`);
  await page.getByRole("link", { name: /^Delete/ }).click();
  await page.getByRole("textbox", { name: "Title" }).fill(`Draft ${id}`);
  await next(page, "who");
  await operator.open("/operations");
  const draft = page.getByRole("listitem").filter({ hasText: `Draft ${id}` });
  await draft.getByRole("link", { name: "Continue" }).click();
  await expect(page.getByRole("textbox", { name: "Title" })).toHaveValue(`Draft ${id}`);
  await next(page, "who");
  await next(page, "how");
  await next(page, "review");
  await page.getByRole("textbox", { name: "Number of devices" }).fill("7");
  operator.watch.expect("/rpc/operations/create", 422);
  await page.getByRole("button", { name: /1 device$/ }).click();
  await expect(page.getByRole("alert").getByText("Type 1, the number of devices.")).toBeVisible();
  await operator.judge();
  await operator.open("/operations");
  await draft.getByRole("button", { name: /^Discard/ }).click();
  await expect(draft).toHaveCount(0);
});

test("without script the wizard works step by step", async ({ visit, hub, id }) => {
  await hub.createDevice(id);
  const plain = await visit("operator", { javaScriptEnabled: false });
  await prepared(plain, `Plain ${id}`, [id]);
  await plain.judge();
  await plain.page.getByRole("button", { name: "Start on 1 device" }).click();
  await expect(plain.heading).toContainText(`Plain ${id}`);
  await plain.judge();
});

test("managers read operations and change nothing", async ({ operator, manager, hub, id }) => {
  await hub.createDevice(id);
  await prepared(operator, `Read ${id}`, [id]);
  await operator.page.getByRole("button", { name: "Start on 1 device" }).click();
  await expect(operator.page).toHaveURL(/\/operations\/\d+$/);
  const address = new URL(operator.page.url()).pathname;
  await manager.open(address);
  await expect(manager.heading).toContainText(`Read ${id}`);
  for (const verb of ["Pause…", "Stop…", "Retry", "Clone…"]) {
    await expect(manager.page.getByText(verb)).toHaveCount(0);
  }
  await manager.open("/operations");
  await expect(manager.page.getByRole("link", { name: "New operation…" })).toHaveCount(0);
  await manager.open("/operations/new", { status: 403 });
  await expect(manager.heading).toHaveText("This is not yours to see");
});
