// What desired properties were: every change with its author, two moments beside each other, and the way back.

import { PHONE } from "../support/browser.mjs";
import { expect, test } from "../support/test.mjs";

/** Changes desired properties as the person at the page does. */
async function change(visitor, id, desired) {
  await visitor.open(`/devices/${id}?tab=twin&view=json`);
  await visitor.page.getByRole("textbox", { name: "Desired properties" }).fill(JSON.stringify(desired));
  await visitor.page.getByRole("button", { name: "Save for 1 device" }).click();
  await expect(visitor.page.getByText(/Saved as desired version/)).toBeVisible();
}

for (const [width, options] of [["wide", {}], ["phone", { viewport: PHONE }]]) {
  test(`versions are compared and brought back (${width})`, async ({ visit, hub, id }) => {
    await hub.createDevice(id, { desired: { fan: { speed: 3 } } });
    const visitor = await visit("operator", options);
    const { page } = visitor;
    await change(visitor, id, { fan: { speed: 5 }, mode: "eco" });
    await change(visitor, id, { fan: { speed: 5 } });

    await page.getByRole("navigation", { name: "Parts of the device" }).getByRole("link", { name: "History" }).click();
    const changes = page.getByRole("table", { name: "Changes, the newest first" });
    await expect(changes.getByRole("rowheader").first()).toContainText("Version 3, in force");
    await expect(changes.getByRole("rowheader").first()).toContainText("mode removed");
    await expect(changes).toContainText("Operator");
    await visitor.judge();
    await visitor.fits();

    // What one change did, and two that are picked.
    await changes.getByRole("link", { name: "Version 2", exact: true }).click();
    const differences = visitor.section("What differs");
    await expect(differences).toContainText("From version 1 to version 2.");
    await expect(differences.getByRole("row", { name: /fan\.speed/ })).toContainText("3");
    await visitor.judge();
    await visitor.fits();
    await changes.getByRole("radio", { name: "From version 3" }).check();
    await changes.getByRole("radio", { name: "To version 2" }).check();
    await page.getByRole("button", { name: "Compare" }).click();
    await expect(differences).toContainText("From version 3 to version 2.");
    await expect(differences.getByRole("row", { name: /mode/ })).toContainText("not set");

    // A moment before there was anything is refused in words.
    await page.getByLabel("From this moment, in UTC").fill("2001-01-01 00:00");
    await page.getByRole("button", { name: "Compare" }).click();
    await expect(page.getByText(/history of this device begins/)).toBeVisible();

    // The way back says what it does, asks why, and stands in the history.
    await visitor.open(`/devices/${id}?tab=history`);
    await changes.getByRole("link", { name: "Restore… version 2" }).click();
    const restore = visitor.section("Bring a version back");
    await expect(restore).toContainText("From version 3, in force, back to version 2.");
    await expect(restore.getByRole("row", { name: /mode/ })).toContainText('"eco"');
    await visitor.judge();
    await visitor.fits();
    await restore.getByLabel("Reason").fill("eco was right");
    await restore.getByRole("button", { name: "Bring version 2 back" }).click();
    await expect(page.getByText("Brought back, as desired version 4.")).toBeVisible();
    await expect(changes.getByRole("rowheader").first()).toContainText("Back to version 2: mode = eco");
    await expect(changes.getByRole("rowheader").first()).toContainText("Eco was right.");
    await visitor.judge();
  });
}

test("other devices go back by an operation", async ({ operator, hub, id }) => {
  await hub.createDevice(id, { desired: { a: 1 } });
  await change(operator, id, { a: 2 });
  await change(operator, id, { a: 3 });
  const { page } = operator;
  await operator.open(`/devices/${id}?tab=history`);
  await page.getByRole("link", { name: "Restore… version 2" }).click();
  await page.getByRole("link", { name: "Bring all devices of a query back to this moment" }).click();
  await expect(operator.heading).toHaveText("New operation");
  await expect(page.getByRole("textbox", { name: "Moment" })).toHaveValue(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  await operator.judge();
});

test("without script a version comes back too", async ({ visit, hub, operator, id }) => {
  await hub.createDevice(id, { desired: { a: 1 } });
  await change(operator, id, { a: 2 });
  await change(operator, id, { a: 3 });
  const plain = await visit("operator", { javaScriptEnabled: false });
  const { page } = plain;
  await plain.open(`/devices/${id}?tab=history`);
  await page.getByRole("link", { name: "Restore… version 2" }).click();
  await page.getByRole("textbox", { name: "Reason" }).fill("two was enough");
  await page.getByRole("button", { name: "Bring version 2 back" }).click();
  await expect(page.getByText("Brought back, as desired version 4.")).toBeVisible();
  await plain.judge();
});

test("managers read the history and bring nothing back", async ({ manager, operator, hub, id }) => {
  await hub.createDevice(id, { desired: { a: 1 } });
  await change(operator, id, { a: 2 });
  await manager.open(`/devices/${id}?tab=history`);
  await expect(manager.page.getByRole("table", { name: "Changes, the newest first" })).toContainText("a = 2");
  await expect(manager.page.getByRole("link", { name: /^Restore/ })).toHaveCount(0);
});
