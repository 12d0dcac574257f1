import { number } from "../support/fleet.mjs";
import { expect, test } from "../support/test.mjs";

test("the manager reads goals in sentences, in a shell without a rail", async ({ manager, hub }) => {
  await manager.open("/");
  await expect(manager.page).toHaveURL(/\/goals$/);
  await expect(manager.page.getByRole("navigation", { name: "Main" }).getByRole("link")).toHaveText(["Goals", "Health", "Embeds"]);
  await expect(manager.page.locator("nav.side, nav.tabbar")).toHaveCount(0);
  await expect(manager.page.getByRole("searchbox")).toHaveCount(0);

  const regions = manager.section("By region");
  for (const region of ["north", "west", "central", "east", "south"]) {
    const shown = await regions.getByRole("row", { name: new RegExp(`^${region}`) }).locator("a.n").first().textContent();
    expect(number(shown), region).toBe((await hub.devices(`tags.region = '${region}'`)).length);
  }
});

test("the manager sees devices without credentials and changes nothing", async ({ manager, hub, sessions }) => {
  await manager.open("/fleet?q=hbr");
  await expect(manager.page.getByRole("columnheader", { name: "Authentication" })).toHaveCount(0);
  await manager.page.getByRole("link", { name: "gw-hbr-01" }).click();
  await expect(manager.heading).toContainText("gw-hbr-01");
  await manager.judge();
  await expect(manager.section("Access")).toHaveCount(0);
  for (const word of ["Change desired…", "Edit tags", "Disable…"]) await expect(manager.page.getByText(word)).toHaveCount(0);

  await manager.open("/devices/gw-hbr-01?tab=twin&view=json");
  await expect(manager.page.getByRole("table")).toBeVisible();
  await expect(manager.page.getByRole("textbox")).toHaveCount(0);
  await expect(manager.page.getByRole("button", { name: /Save/ })).toHaveCount(0);

  // The hub refuses in any case.
  const session = await sessions("manager");
  const id = "gw-hbr-01";
  expect((await session.ask("devices/connection_string", { id })).status).toBe(403);
  expect((await session.ask("devices/save_twin", { id, etag: "x", tags: "{}", desired: "{}" })).status).toBe(403);
  expect((await session.ask("devices/set_status", { id, etag: "x", status: "disabled" })).status).toBe(403);
});

test("the manager manages neither people nor the hub", async ({ manager }) => {
  for (const path of ["/people", "/people?new=true", "/hub"]) {
    await manager.open(path, { status: 403 });
    await expect(manager.heading).toHaveText("This is not yours to see");
  }
});

test("the account menu stands at the top", async ({ manager }) => {
  await manager.open("/goals");
  await manager.page.getByText("Manager Europe").click();
  await manager.judge();
  await manager.page.getByRole("link", { name: "Account" }).click();
  await expect(manager.section("Roles and scope")).toContainText("Whole fleet");
  await manager.judge();
});
