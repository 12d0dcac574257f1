import { expect, test } from "../support/test.mjs";

const table = (page) => page.getByRole("table", { name: "Configurations, the highest priority first" });

test("a configuration is previewed, made, seen on its devices, and deleted", async ({ supervisor, id }) => {
  const { page } = supervisor;
  const name = `north-${id}`;
  await supervisor.open("/configurations");
  await page.getByRole("link", { name: "New configuration" }).first().click();
  await page.getByLabel("Name").fill(name);
  const target = page.getByRole("combobox", { name: "Target condition" });
  await target.fill("tags.region = 'nor");
  await page.getByRole("option", { name: /'north'/ }).click();
  await expect(page.getByText(/\d+ devices? match/)).toBeVisible();
  await page.getByLabel("Priority").fill("7");
  await page.getByLabel("Content").fill(`{"deviceContent": {"properties.desired.journey": {"by": "${id}"}}}`);
  await page.getByRole("button", { name: "Preview" }).click();
  await expect(page.getByText("It would cover")).toBeVisible();
  await expect(page.getByText(`"by": "${id}"`).first()).toBeVisible();
  await supervisor.judge();
  await page.getByRole("button", { name: "Make the configuration" }).click();
  await expect(supervisor.heading).toHaveText(name);

  await supervisor.open("/configurations");
  const row = table(page).getByRole("row").filter({ hasText: name });
  await expect(row.getByRole("link").nth(1)).toHaveText(/^\d+$/);
  await supervisor.judge();
  // The number leads to the devices, and a device names the configuration.
  await row.getByRole("link").nth(1).click();
  await expect(page).toHaveURL(/\/fleet\?filter=.*configurations/);
  const devices = page.getByRole("table", { name: "Devices" });
  await devices.locator("tbody a.id").first().click();
  await page.goto(page.url());
  await supervisor.open("/configurations");
  await row.getByRole("link", { name }).click();
  await page.getByText("Delete…").click();
  await page.getByRole("button", { name: "Delete this configuration" }).click();
  await expect(page).toHaveURL(/\/configurations$/);
  await expect(table(page).getByText(name)).toHaveCount(0);
});

test("what is wrong is said where it is", async ({ supervisor }) => {
  const { page } = supervisor;
  await supervisor.open("/configurations?new=true");
  const target = page.getByRole("combobox", { name: "Target condition" });
  await target.fill("stauts = 1");
  await expect(page.getByText(/did you mean status/)).toBeVisible();
  await target.fill("*");
  supervisor.watch.expect("/rpc/configurations/preview", 422);
  await page.getByLabel("Content").fill("{");
  await page.getByRole("button", { name: "Preview" }).click();
  await expect(page.getByText(/This is no JSON/).first()).toBeVisible();
  await supervisor.judge();
});

test("operators read configurations and cannot change them", async ({ operator }) => {
  await operator.open("/configurations");
  await expect(operator.page.getByRole("link", { name: "New configuration" })).toHaveCount(0);
  await operator.judge();
});
