import { expect, test } from "../support/test.mjs";

const zone = (page) => page.getByLabel("As the clock shows it in");

test("a window is made, read by operators, changed and deleted", async ({ supervisor, operator, id }) => {
  const name = `Night ${id}`;
  const { page } = supervisor;
  await supervisor.open("/windows");
  await page.getByRole("link", { name: "New window" }).click();
  await expect(supervisor.heading).toHaveText("New window");
  await supervisor.judge();
  await page.getByLabel("Name", { exact: true }).fill(name);
  const first = page.getByRole("group", { name: "Opening 1", exact: true });
  await first.getByLabel("Mon", { exact: true }).check();
  await first.getByLabel("From", { exact: true }).fill("22:00");
  await first.getByLabel("To", { exact: true }).fill("06:00");
  const second = page.getByRole("group", { name: "Opening 2", exact: true });
  await second.getByRole("combobox", { name: "Comes" }).selectOption("monthly");
  await expect(second.getByLabel("Mon", { exact: true })).toBeHidden();
  await second.getByRole("combobox", { name: "On the" }).selectOption("last");
  await second.getByLabel("From", { exact: true }).fill("12:00");
  await second.getByLabel("To", { exact: true }).fill("13:00");
  const closed = page.getByRole("group", { name: "Closed days 1", exact: true });
  await closed.getByLabel("From", { exact: true }).fill("2030-12-24");
  await closed.getByLabel("Up to and including", { exact: true }).fill("2030-12-26");
  await closed.getByLabel("Why", { exact: true }).fill("Christmas");
  await page.getByRole("button", { name: "Keep the window" }).click();
  await expect(page).toHaveURL(/\/windows$/);
  const row = page.getByRole("row", { name: new RegExp(name) });
  await expect(row).toContainText("Each Monday and Sunday, 22:00 to 06:00 the next day");
  await expect(row).toContainText("The last Monday of the month, 12:00 to 13:00");
  await expect(row).toContainText("Not from 2030-12-24 to 2030-12-26 (Christmas)");
  await supervisor.judge();

  // In any zone, also where the clock changes.
  await supervisor.open("/windows?zone=Europe%2FBerlin&week=2026-03-29");
  await expect(zone(page)).toHaveValue("Europe/Berlin");
  await expect(page.getByText("On Sunday the clock goes forward by 60 minutes in Europe/Berlin.")).toBeVisible();

  await operator.open("/windows");
  await expect(operator.page.getByRole("row", { name: new RegExp(name) })).toBeVisible();
  await expect(operator.page.getByRole("link", { name })).toHaveCount(0);
  await expect(operator.page.getByRole("link", { name: "New window" })).toHaveCount(0);
  await operator.open("/windows/-", { status: 403 });

  // A window that never opens is refused with the reason.
  await row.getByRole("link", { name }).click();
  await expect(supervisor.heading).toHaveText(name);
  supervisor.watch.expect("/rpc/windows/save", 422);
  await first.getByRole("combobox", { name: "Comes" }).selectOption("once");
  await first.getByLabel("On", { exact: true }).fill("2020-01-01");
  await second.getByLabel("From", { exact: true }).fill("");
  await page.getByRole("button", { name: "Keep the window" }).click();
  await expect(supervisor.answer).toContainText("would never open");

  await page.getByText("Delete…").click();
  await page.getByRole("button", { name: "Delete this window" }).click();
  await expect(page).toHaveURL(/\/windows$/);
  await expect(page.getByRole("row", { name: new RegExp(name) })).toHaveCount(0);
});

test("without script a calendar is kept too", async ({ visit, id }) => {
  const plain = await visit("supervisor", { javaScriptEnabled: false });
  await plain.open("/calendars/-");
  await plain.page.getByLabel("Name", { exact: true }).fill(`Shops ${id}`);
  await plain.page.getByRole("button", { name: "Keep the calendar" }).click();
  await expect(plain.page).toHaveURL(/\/windows$/);
  await expect(plain.page.getByRole("row", { name: new RegExp(`Shops ${id}`) })).toBeVisible();
  await plain.judge();
});

test("the windows fit on a phone", async ({ visit }) => {
  const phone = await visit("supervisor", { viewport: { width: 390, height: 844 } });
  for (const path of ["/windows", "/windows/-", "/places", "/places/-"]) {
    await phone.open(path);
    await phone.fits();
  }
});
