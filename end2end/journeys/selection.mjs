import { readFile } from "node:fs/promises";
import { number } from "../support/fleet.mjs";
import { expect, test } from "../support/test.mjs";

const bar = (page) => page.getByRole("group", { name: "Selected devices" });

/** Takes the selection as a file and returns its ids. */
async function exported(page, kind = "CSV") {
  await bar(page).getByText("Export selection").click();
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    bar(page).getByRole("button", { name: new RegExp(`^${kind}\\b`) }).click(),
  ]);
  const lines = (await readFile(await file.path(), "utf8")).trimEnd().split("\r\n").slice(1);
  return lines.map((line) => line.split(",")[0]);
}

test("some, a page, or all that match are selected", async ({ operator, fleet, hub }) => {
  const all = (await hub.devices()).map((device) => device.deviceId);
  await operator.open("/fleet");
  const page = operator.page;
  const ids = await fleet.ids();
  await page.getByLabel(`Select ${ids[1]}`, { exact: true }).check();
  await page.getByLabel(`Select ${ids[3]}`, { exact: true }).check();
  await expect(bar(page)).toContainText("2 selected");
  await operator.judge();
  expect(await exported(page)).toEqual([ids[1], ids[3]]);

  await page.getByLabel("Select all rows of this page").check();
  await expect(bar(page)).toContainText(`${ids.length} selected`);
  // The selection outlives the page of the list.
  await fleet.pager.getByRole("link", { name: "Next" }).click();
  await expect(fleet.pager).toContainText(/^26–/);
  await expect(bar(page)).toContainText(`${ids.length} selected`);
  await bar(page).getByRole("button", { name: /^Select all/ }).click();
  expect(number(await bar(page).textContent())).toBe(all.length);
  const last = (await fleet.ids()).at(-1);
  await page.getByLabel(`Select ${last}`, { exact: true }).uncheck();
  await expect(bar(page)).toContainText(`${all.length - 1} selected`);
  expect(await exported(page)).toEqual(all.filter((id) => id !== last));
  await operator.judge();

  // Another filter finds other devices.
  await fleet.filter("tags.region = 'north'");
  await expect(bar(page)).not.toContainText("selected");
});

test("keys select, preview and take back", async ({ operator, fleet }) => {
  await operator.open("/fleet");
  const page = operator.page;
  const ids = await fleet.ids();
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("Shift+X");
  await expect(bar(page)).toContainText("3 selected");
  const preview = page.getByRole("complementary", { name: ids[2] });
  await page.keyboard.press("Space");
  await expect(preview).toBeVisible();
  await expect(preview).toContainText("Last contact");
  await operator.judge();
  await page.keyboard.press("j");
  await expect(page.getByRole("complementary", { name: ids[3] })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("complementary")).toHaveCount(0);
  await page.keyboard.press("Escape");
  await expect(bar(page)).not.toContainText("selected");
  await page.keyboard.press("Control+a");
  await expect(bar(page)).toContainText(`${ids.length} selected`);
});

test("a preview is a sheet on phones", async ({ visit, hub }) => {
  const phone = await visit("operator", { viewport: { width: 390, height: 844 } });
  const [device] = await hub.devices();
  await phone.open(`/fleet?q=${device.deviceId}`);
  await phone.page.locator("tbody tr").first().click({ position: { x: 300, y: 8 } });
  const sheet = phone.page.getByRole("complementary", { name: device.deviceId });
  await expect(sheet).toBeVisible();
  await phone.fits();
  await phone.judge();
  await sheet.getByRole("button", { name: "Close preview" }).click();
  await expect(sheet).toHaveCount(0);
});

test("single keys can be switched off", async ({ operator, fleet }) => {
  await operator.open("/account");
  const page = operator.page;
  const single = page.getByRole("switch", { name: /^Single keys act on pages/ });
  await single.uncheck();
  await operator.judge();
  await operator.open("/fleet");
  await page.keyboard.press("j");
  await expect(fleet.link((await fleet.ids())[0])).not.toBeFocused();
  await operator.open("/account");
  await single.check();
  await operator.open("/fleet");
  await page.keyboard.press("j");
  await expect(fleet.link((await fleet.ids())[0])).toBeFocused();
});

test("a list is copied as a query and as a call", async ({ operator }) => {
  await operator.open("/fleet?filter=tags.region%20%3D%20%27north%27&cols=status");
  const page = operator.page;
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await page.locator("summary", { hasText: "Export" }).first().click();
  await page.getByRole("button", { name: /^Copy as query/ }).click();
  await expect.poll(copied).toBe("SELECT deviceId, status FROM devices WHERE tags.region = 'north'");
  await page.getByRole("button", { name: /^Copy as curl/ }).click();
  await expect.poll(copied).toContain("/devices/query?api-version=");
  await page.keyboard.press("Escape");
  await operator.judge();
});
