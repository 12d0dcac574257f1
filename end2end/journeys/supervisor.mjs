import { expect, test } from "../support/test.mjs";

test("the supervisor sees how the fleet is and who did what", async ({ supervisor, sessions, hub, id }) => {
  await hub.createDevice(id);
  await (await sessions("operator")).setStatus(id, "disabled", "for the supervisor to see");
  await supervisor.open("/");
  await expect(supervisor.page).toHaveURL(/\/oversight$/);
  await expect(supervisor.heading).toHaveText("Oversight");
  await expect(supervisor.page.getByRole("navigation", { name: "Main", exact: true }).locator(".nav a")).toHaveText(["Oversight", "Fleet", /^Alerts/, "Operations", "Health", "Configurations", "Firmware", "Windows", /^Approvals/, "Alert rules", "Embeds"]);
  await expect(supervisor.section("Latest acts of people")).toContainText("Operator disabled it, because: for the supervisor to see.");

  const stages = supervisor.section("By stage");
  await stages.getByRole("row", { name: /Provisioned/ }).locator("a.n").click();
  await expect(supervisor.page.getByRole("table", { name: "Devices" }).getByRole("link", { name: id })).toBeVisible();
  await supervisor.judge();
});

test("the supervisor edits a twin, and manages no people", async ({ supervisor, hub, id }) => {
  await hub.createDevice(id);
  await supervisor.open(`/devices/${id}`);
  await supervisor.page.getByRole("link", { name: "Change desired…" }).click();
  await supervisor.page.getByRole("link", { name: "JSON" }).click();
  await supervisor.page.getByRole("textbox", { name: "Desired properties" }).fill('{ "lamp": true }');
  await supervisor.page.getByRole("button", { name: "Save for 1 device" }).click();
  await expect(supervisor.answer).toContainText("Saved as desired version 2.");

  for (const path of ["/people", "/people?new=true", "/people/1", "/hub"]) {
    await supervisor.open(path, { status: 403 });
    await expect(supervisor.heading).toHaveText("This is not yours to see");
    await expect(supervisor.page.getByText("You are: Supervisor.")).toBeVisible();
  }
});
