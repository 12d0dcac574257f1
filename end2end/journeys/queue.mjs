import { number } from "../support/fleet.mjs";
import { expect, test } from "../support/test.mjs";

test("every number of the queue leads to that many devices", async ({ operator, fleet, hub }) => {
  await operator.open("/queue");
  const devices = await hub.devices();
  await expect(operator.section("Roll call").getByRole("link").first()).toHaveText(`${devices.length}`);

  const links = operator.page.getByRole("main").locator("a.n");
  const shown = await links.allTextContents();
  expect(shown.length).toBeGreaterThan(5);
  for (let i = 0; i < shown.length; i++) {
    // Devices connect and fall asleep while one looks, so a number may be another one a moment later.
    await expect(async () => {
      await operator.page.goto("/queue");
      await operator.ready();
      const n = number(await links.nth(i).textContent());
      await links.nth(i).click();
      await expect(operator.heading).toHaveText("Fleet");
      if (n === 0) await expect(operator.page.getByText("No device matches")).toBeVisible({ timeout: 1_000 });
      else await fleet.has(n, { timeout: 1_000 });
    }).toPass({ timeout: 15_000 });
  }
  operator.unharmed();
});

test("the queue names what needs a person, and follows it", async ({ operator, fleet, hub, id, sessions }) => {
  await hub.createDevice(id, { tags: { site: "Test Yard" } });
  await operator.open("/queue");
  const needs = operator.section("Needs you");
  await expect(needs.getByRole("row", { name: /Never connected/ })).toBeVisible();
  const disabled = needs.getByRole("row", { name: /Disabled/ });
  const before = (await disabled.count()) ? number(await disabled.locator("a.n").textContent()) : 0;

  const other = await sessions("supervisor");
  await other.setStatus(id, "disabled", "a test of the queue");
  await expect(disabled.locator("a.n")).toHaveText(`${before + 1}`, { timeout: 2_000 });
  await expect(operator.section("Latest").getByText("Supervisor disabled it, because: a test of the queue.")).toBeVisible();
  await operator.judge();

  await disabled.getByRole("link", { name: /Review/ }).click();
  await expect(operator.page).toHaveURL(/status/);
  await expect(fleet.link(id)).toBeVisible();
  await other.setStatus(id, "enabled");
});

test("presence of the last day is drawn and can be read as a table", async ({ operator }) => {
  await operator.open("/queue");
  const day = operator.section("Last 24 hours");
  await expect(day.getByRole("img").first().or(day.getByText("The first sample is taken within a minute"))).toBeVisible();
});
