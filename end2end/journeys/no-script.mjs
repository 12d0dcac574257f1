import { Fleet } from "../support/fleet.mjs";
import { expect, test } from "../support/test.mjs";

const PLAIN = { javaScriptEnabled: false };

test("without script one signs in, finds a device, changes its twin and signs out", async ({ visit, hub, id, sessions }) => {
  // Some forty pages, each loaded whole.
  test.slow();
  await hub.createDevice(id, { tags: { region: "north", site: "Plain Yard" }, desired: { mode: "eco" } });
  const plain = await visit(null, PLAIN);
  const fleet = new Fleet(plain);
  await plain.open("/sign-in");
  await plain.signIn("operator", "not the password");
  await expect(plain.answer).toHaveText("This name and password do not match. Check both and try again.");
  await plain.signIn("operator");
  await expect(plain.heading).toHaveText("Your queue");
  await plain.judge();

  // The list: pages, order, text, a condition, an error, columns.
  await plain.page.getByRole("navigation", { name: "Main", exact: true }).getByRole("link", { name: "Fleet" }).click();
  await expect(plain.page).toHaveURL(/\/fleet$/);
  await expect(fleet.pager).toContainText(/^1–/);
  const first = await fleet.ids();
  await fleet.pager.getByRole("link", { name: "Next" }).click();
  await expect(fleet.pager).toContainText(/^26–/);
  await fleet.pager.getByRole("link", { name: "Previous" }).click();
  await expect(fleet.pager).toContainText(/^1–/);
  expect(await fleet.ids()).toEqual(first);
  await fleet.head("Device").getByRole("link").click();
  await expect(fleet.head("Device")).toHaveAttribute("aria-sort", "descending");
  await fleet.filter("tags.region = 'north'");
  await expect(fleet.chips).toHaveText(/Region\s*is\s*north/);
  await fleet.has((await hub.devices("tags.region = 'north'")).length);
  await fleet.filter("stauts = 'enabled'");
  await expect(fleet.field).toHaveAttribute("aria-invalid", "true");
  await expect(fleet.chips).toHaveCount(1);
  await plain.judge();
  await fleet.filter("Plain Yard");
  await expect(fleet.chips).toHaveCount(2);
  await plain.page.getByLabel("Choose columns").click();
  await plain.page.getByRole("checkbox", { name: "Stage" }).check();
  await plain.page.getByRole("button", { name: "Show" }).click();
  await expect(fleet.head("Stage")).toBeVisible();

  // The device: readable, its twin editable as JSON.
  await fleet.link(id).click();
  await expect(plain.heading).toContainText(id);
  await expect(plain.section("Identity and tags")).toContainText("Plain Yard");
  await expect(plain.page.locator(".js-only:visible")).toHaveCount(0);
  await plain.judge();
  await plain.page.getByRole("navigation", { name: "Parts of the device" }).getByRole("link", { name: "Twin" }).click();
  await plain.page.getByRole("link", { name: "JSON" }).click();
  const desired = plain.page.getByRole("textbox", { name: "Desired properties" });
  await desired.fill('{ "mode": ');
  await plain.page.getByRole("button", { name: "Save for 1 device" }).click();
  await expect(plain.page.getByText("Nothing was saved: a document needs a correction.")).toBeVisible();
  await expect(desired).toHaveValue('{ "mode": ');
  await plain.judge();
  await desired.fill('{ "mode": "boost" }');
  await plain.page.getByRole("button", { name: "Save for 1 device" }).click();
  await expect(plain.page.getByText("Saved. Desired is version 2 now.")).toBeVisible();
  await expect(plain.page.getByRole("row", { name: /mode/ })).toContainText("boost");
  await plain.judge();

  // Somebody else was faster.
  await plain.page.getByRole("link", { name: "JSON" }).click();
  await desired.fill('{ "mode": "quiet" }');
  await (await sessions("supervisor")).editTwin(id, () => ({ desired: { mode: "loud" } }));
  await plain.page.getByRole("button", { name: "Save for 1 device" }).click();
  await expect(plain.page.getByText("Somebody else changed the twin meanwhile")).toBeVisible();
  await expect(desired).toHaveValue('{ "mode": "quiet" }');
  await expect(plain.page.getByRole("region", { name: "Desired properties that are stored" })).toContainText("loud");
  await plain.judge();

  await plain.page.getByText("Operator North").click();
  await plain.page.getByRole("button", { name: "Sign out" }).click();
  await expect(plain.page).toHaveURL(/\/sign-in$/);
});

test("without script an administrator makes an account", async ({ visit }) => {
  const plain = await visit("admin", PLAIN);
  await plain.open("/people?new=true");
  await plain.page.getByLabel("Signs in as").fill("plainly");
  await plain.page.getByLabel("Role", { exact: true }).first().selectOption({ label: "Manager" });
  await plain.page.getByRole("button", { name: "Make the account" }).click();
  await expect(plain.heading).toHaveText("plainly");
  await expect(plain.page.getByRole("region", { name: "Temporary password" })).toBeVisible();
  await plain.judge();
  // Shown this once.
  await plain.page.reload();
  await expect(plain.page.getByRole("region", { name: "Temporary password" })).toHaveCount(0);
});
