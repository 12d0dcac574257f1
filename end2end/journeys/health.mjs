import { number } from "../support/fleet.mjs";
import { expect, test } from "../support/test.mjs";

test("the fleet's health is parted by any path, and each part leads to its devices", async ({ operator, fleet, hub }) => {
  await operator.open("/health");
  await operator.judge();
  const parts = operator.section("Presence");
  for (const region of ["north", "west", "central", "east", "south"]) {
    const shown = parts.getByRole("row", { name: new RegExp(`^${region}`) }).locator("a.n");
    const want = await hub.devices(`tags.region = '${region}' AND stage != 'planned' AND stage != 'retired'`);
    expect(number(await shown.textContent()), region).toBe(want.length);
  }

  await operator.page.getByLabel("Part the fleet by").selectOption("tags.model");
  await operator.page.getByLabel("Only devices with").fill("tags.region = 'north'");
  await operator.page.getByRole("button", { name: "Show" }).click();
  await expect(operator.page).toHaveURL(/by=tags\.model/);
  const gateways = parts.getByRole("row", { name: /^GW-50/ }).locator("a.n");
  const n = number(await gateways.textContent());
  await gateways.click();
  await expect(operator.heading).toHaveText("Fleet");
  await fleet.has(n);
});

test("what cannot be counted by is said, and the whole fleet stays in view", async ({ operator }) => {
  await operator.open("/health?by=not%20a%20path");
  await expect(operator.page.getByText("The whole fleet is shown.")).toBeVisible();
  await expect(operator.section("Presence").getByRole("row").first()).toBeVisible();
});

test("batteries are drawn, and a bar leads to its devices", async ({ operator, fleet }) => {
  await operator.open("/health");
  const numbers = operator.section("Batteries and signals");
  await numbers.getByText("Show as table").first().click();
  const row = numbers.getByRole("table").first().getByRole("row").nth(1).locator("a.n");
  const n = number(await row.textContent());
  await row.click();
  await expect(operator.heading).toHaveText("Fleet");
  await fleet.has(n);
});

test("the history has ranges, and each chart a table", async ({ supervisor }) => {
  await supervisor.open("/health?range=30d");
  const history = supervisor.section("History");
  await expect(history.locator("figure.chart")).toHaveCount(3);
  await history.getByRole("link", { name: "24h" }).click();
  await expect(supervisor.page).toHaveURL(/range=24h/);
  await history.getByText("Show as table").first().click();
  await expect(history.getByRole("columnheader", { name: "Silent" }).first()).toBeVisible();
});

test("a note reaches the next shift, with who left it", async ({ operator, supervisor }) => {
  const words = `Gateway 4 is being repaired (${Date.now()}).`;
  await operator.open("/queue");
  const mine = operator.section("Handover");
  await mine.getByLabel("For the next shift").fill(words);
  await mine.getByRole("button", { name: "Leave the note" }).click();
  await expect(mine.getByText(words)).toBeVisible();
  await expect(mine.getByLabel("For the next shift")).toHaveValue("");

  await supervisor.open("/oversight");
  const theirs = supervisor.section("Handover").getByRole("listitem").filter({ hasText: words });
  await expect(theirs).toContainText("Operator North");
});
