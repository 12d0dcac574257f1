import { readFile } from "node:fs/promises";
import { number } from "../support/fleet.mjs";
import { expect, test } from "../support/test.mjs";

test("text and conditions narrow the list, and the address keeps them", async ({ operator, fleet, hub }) => {
  await operator.open("/fleet");
  const harbour = await hub.devices("tags.location.site = 'hbr'");

  await fleet.filter("hbr");
  await expect(fleet.chips).toHaveText(/Id or tag\s*has\s*hbr/);
  await expect(operator.page).toHaveURL(/\?q=hbr$/);
  await fleet.has(harbour.length);
  expect(await fleet.ids()).toEqual(harbour.map((device) => device.deviceId));
  await operator.judge();

  await fleet.filter("tags.model != 'GW-50'");
  await expect(fleet.chips).toHaveCount(2);
  await expect(fleet.chips.first()).toHaveText(/Model\s*is not\s*GW-50/);
  await fleet.has(harbour.filter((device) => device.tags.model !== "GW-50").length);
  await operator.judge();

  await fleet.chips.filter({ hasText: "hbr" }).getByRole("link", { name: /^Remove filter/ }).click();
  await expect(fleet.chips).toHaveCount(1);
  await fleet.has((await hub.devices("tags.model != 'GW-50'")).length);

  await operator.page.goBack();
  await expect(fleet.chips).toHaveCount(2);
  await operator.page.reload();
  await operator.ready();
  await expect(fleet.chips).toHaveCount(2);

  await fleet.filter("status = 'disabled'");
  await expect(operator.page.getByText("No device fulfils the filter and has this text in its id or a tag.")).toBeVisible();
  await operator.judge();
  await operator.page.getByRole("link", { name: "Clear filter" }).click();
  await expect(operator.page).toHaveURL(/\/fleet$/);
});

test("what cannot be read is told under the field, with what was probably meant", async ({ operator, fleet }) => {
  await operator.open("/fleet");
  await fleet.field.pressSequentially("stauts = 'enabled'");
  await expect(fleet.field).toHaveAttribute("aria-invalid", "true");
  const described = await fleet.field.getAttribute("aria-describedby");
  const error = operator.page.locator(described.split(" ").map((id) => `#${id}`).join(","));
  await expect(error.filter({ hasText: "status" })).toContainText("To search for this text instead, put it in double quotes.");
  await fleet.field.press("Enter");
  await expect(operator.page).toHaveURL(/\/fleet$/);
  await expect(fleet.field).toHaveValue("stauts = 'enabled'");
  await operator.judge();

  // Mended, it says what it would find before it is sent.
  await fleet.field.fill("tags.region = 'north'");
  await expect(fleet.field).not.toHaveAttribute("aria-invalid");
  await expect(operator.page.getByText(/^\d+ devices match\.$/)).toBeVisible();

  // An address somebody wrote by hand.
  await operator.open("/fleet?filter=colour%20%3D%201");
  await expect(operator.page.getByText("The filter cannot be read, so nothing is listed.")).toBeVisible();
});

test("heads sort, both ways, by system and by tag", async ({ operator, fleet }) => {
  await operator.open("/fleet");
  const ids = await fleet.ids();
  expect(ids).toEqual([...ids].sort());
  await expect(fleet.head("Device")).toHaveAttribute("aria-sort", "ascending");

  await fleet.head("Device").getByRole("link").click();
  await expect(fleet.head("Device")).toHaveAttribute("aria-sort", "descending");
  await expect.poll(async () => (await fleet.ids())[0]).not.toBe(ids[0]);
  const backwards = await fleet.ids();
  expect(backwards).toEqual([...backwards].sort().reverse());

  await fleet.head("Site").getByRole("link").click();
  await expect(fleet.head("Site")).toHaveAttribute("aria-sort", "ascending");
  await expect(operator.page).toHaveURL(/sort=tags\./);
  await expect(fleet.pager).toContainText("sorted by site");
  const sites = (await fleet.column("Site")).filter((site) => site !== "–");
  expect(sites).toEqual([...sites].sort());

  await fleet.head("Last seen").getByRole("link").click();
  await fleet.head("Last seen").getByRole("link").click();
  await expect(fleet.head("Last seen")).toHaveAttribute("aria-sort", "descending");
  await expect(operator.page).toHaveURL(/sort=seen&dir=desc/);
  await operator.judge();
});

test("pages go forward and back over the whole list", async ({ operator, fleet, hub }) => {
  const all = (await hub.devices()).map((device) => device.deviceId);
  await operator.open("/fleet");
  const first = await fleet.ids();
  expect(first).toEqual(all.slice(0, 25));
  expect(await fleet.place()).toEqual({ first: 1, last: 25, total: all.length });
  await expect(fleet.pager.getByRole("link", { name: "Previous" })).toHaveAttribute("aria-disabled", "true");

  await fleet.pager.getByRole("link", { name: "Next" }).click();
  await expect(fleet.pager).toContainText(`26–${all.length} of ${all.length}`);
  expect(await fleet.ids()).toEqual(all.slice(25));
  await expect(fleet.pager.getByRole("link", { name: "Next" })).toHaveAttribute("aria-disabled", "true");
  await operator.judge();

  await fleet.pager.getByRole("link", { name: "Previous" }).click();
  await expect(fleet.pager).toContainText(`1–25 of ${all.length}`);
  expect(await fleet.ids()).toEqual(first);

  await fleet.pager.getByRole("link", { name: "100" }).click();
  await expect(fleet.pager).toContainText(`1–${all.length} of ${all.length}`);
  expect(await fleet.ids()).toEqual(all);
});

test("columns are chosen and remembered", async ({ operator, fleet }) => {
  await operator.open("/fleet");
  const chooser = operator.page.getByLabel("Choose columns");
  await chooser.click();
  await operator.judge();
  const box = (column) => operator.page.locator(`input[type=checkbox][value="${column}"]`);
  await box("tags.customer").check();
  await box("tags.site").uncheck();
  await operator.page.getByRole("button", { name: "Show" }).click();
  await expect(fleet.head("Customer")).toBeVisible();
  await expect(fleet.head("Site")).toHaveCount(0);
  await expect(operator.page).toHaveURL(/cols=tags\.customer/);
  for (const customer of await fleet.column("Customer")) expect(customer).toMatch(/Fallowmere|Northgate|Tidewater|Alder|–/);
  await operator.judge();

  await operator.open("/fleet");
  await expect(fleet.head("Customer")).toBeVisible();
  await chooser.click();
  await operator.page.getByRole("link", { name: "Usual columns" }).click();
  await expect(fleet.head("Customer")).toHaveCount(0);
  await expect(fleet.head("Site")).toBeVisible();
});

/** Takes the whole list as a file. */
async function exportAs(page, kind) {
  await page.locator("summary", { hasText: "Export" }).first().click();
  await page.getByRole("link", { name: new RegExp(`^${kind}\\b`) }).click();
}

test("the export is the whole list", async ({ operator, fleet }) => {
  // The one with columns comes last: the browser remembers them for lists that name none.
  for (const query of ["", "?q=EM-10", "?filter=tags.region%20%3D%20%27north%27&cols=contact&cols=tags.site"]) {
    await operator.open(`/fleet${query}`);
    const total = await fleet.total();
    const [file] = await Promise.all([
      operator.page.waitForEvent("download"),
      exportAs(operator.page, "CSV"),
    ]);
    const lines = (await readFile(await file.path(), "utf8")).trimEnd().split("\r\n");
    expect(lines.length - 1, query).toBe(total);
    expect(lines[0]).toMatch(query.includes("cols") ? /^deviceId,contact,tags\.site$/ : /^deviceId,contact,stage,.*tags\.region/);
    expect(lines[1].split(",")[0]).toBe((await fleet.ids())[0]);
  }
});

test("groups say how many, and lead to them", async ({ operator, fleet, hub }) => {
  await operator.open("/fleet");
  const north = operator.page.getByRole("row", { name: /^north/ });
  const shown = number(await north.locator("a.n").textContent());
  expect(shown).toBe((await hub.devices("tags.region = 'north'")).length);
  await north.locator("a.n").click();
  await expect(fleet.chips).toHaveText(/Region\s*is\s*north/);
  await fleet.has(shown);
});

test("a row changes by itself when somebody else changes the device", async ({ operator, fleet, hub, id, sessions }) => {
  await hub.createDevice(id);
  const other = await sessions("supervisor");
  await operator.open(`/fleet?q=${id}&cols=contact&cols=status`);
  await expect(fleet.row(id)).toContainText("Enabled");
  await expect(operator.page.getByRole("status").filter({ hasText: "Live" })).toBeVisible();
  await other.setStatus(id, "disabled");
  await expect(fleet.row(id)).toContainText("Disabled", { timeout: 1_500 });
  await other.setStatus(id, "enabled");
  await expect(fleet.row(id)).toContainText("Enabled", { timeout: 1_500 });
});

test("finding a device from anywhere leads to the list", async ({ operator, fleet }) => {
  await operator.open("/queue");
  await operator.page.getByRole("searchbox", { name: "Find a device" }).fill("gw-hbr");
  await operator.page.keyboard.press("Enter");
  await expect(operator.page).toHaveURL(/\/fleet\?q=gw-hbr$/);
  await expect(fleet.link("gw-hbr-01")).toBeVisible();
});
