import { expect, test } from "../support/test.mjs";

/** The id of some device of the fleet. */
async function someDevice(visitor) {
  await visitor.open("/fleet");
  const first = visitor.page.getByRole("table", { name: "Devices" }).locator("tbody a.id").first();
  return (await first.innerText()).trim();
}

/** Makes a rule that holds for one device. */
async function makeRule(visitor, name, device) {
  const { page } = visitor;
  await visitor.open("/alerts/rules/-");
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Severity").selectOption({ label: "Critical" });
  await page.getByLabel("Condition", { exact: true }).fill(`deviceId = '${device}'`);
  await page.getByLabel("Opens after, in minutes").fill("0");
}

test("a rule is previewed and made, its alert worked on by keys, and the rule deleted", async ({ supervisor, id }) => {
  const { page } = supervisor;
  const name = `Odd device ${id}`;
  const device = await someDevice(supervisor);
  await makeRule(supervisor, name, device);
  await page.getByRole("button", { name: "Preview" }).click();
  await expect(page.getByText("It holds now for")).toContainText("1 device");
  await supervisor.judge();
  await page.getByRole("button", { name: "Save the rule" }).click();
  await expect(supervisor.heading).toHaveText("Alert rules");
  await expect(page.getByRole("row").filter({ hasText: name }).getByRole("link", { name: "1", exact: true })).toBeVisible();
  await supervisor.judge();

  // The number leads to the alert; keys open it and say that somebody knows.
  await page.getByRole("row").filter({ hasText: name }).getByRole("link", { name: "1", exact: true }).click();
  const line = page.locator(".inbox-rows a").filter({ hasText: name });
  await expect(line).toContainText(device);
  await page.keyboard.press("j");
  await expect(page.getByRole("heading", { name, level: 2 })).toBeVisible();
  await supervisor.judge();
  await page.keyboard.press("e");
  await expect(page.locator(".id-h")).toContainText("Acknowledged");
  await page.keyboard.press("a");
  await expect(line).toContainText("You");
  await page.keyboard.press("n");
  await page.keyboard.type("Loose mount.");
  await page.keyboard.press("Enter");
  await expect(page.locator(".log")).toContainText("Loose mount.");
  await expect(page.locator(".log")).toContainText("acknowledged it");

  // The device says so too.
  await page.locator(".kv").getByRole("link", { name: device }).click();
  await expect(page.getByRole("link", { name })).toBeVisible();

  await supervisor.open("/alerts/rules");
  await page.getByRole("link", { name }).click();
  await page.getByText("Delete…").click();
  await page.getByRole("button", { name: "Delete this rule" }).click();
  await expect(page).toHaveURL(/\/alerts\/rules$/);
  await expect(page.getByRole("row").filter({ hasText: name })).toHaveCount(0);
});

test("what is wrong with a rule is said where it is", async ({ supervisor, id }) => {
  const { page } = supervisor;
  await makeRule(supervisor, `Wrong ${id}`, "x");
  await page.getByLabel("Condition", { exact: true }).fill("lastActivityTime > '2026'");
  supervisor.watch.expect("/rpc/alerts/save_rule", 422);
  await page.getByRole("button", { name: "Save the rule" }).click();
  await expect(page.getByText(/contact = 'silent' or 'overdue' instead/).first()).toBeVisible();
});

test("operators see rules and cannot change them", async ({ operator }) => {
  await operator.open("/alerts/rules");
  await expect(operator.page.getByRole("link", { name: "New rule" })).toHaveCount(0);
  await operator.judge();
  await operator.open("/alerts");
  await operator.judge();
});
