import { expect, test } from "../support/test.mjs";

test("what does not exist is a page with a way on", async ({ operator, visit }) => {
  for (const path of ["/nowhere", "/devices/no-such-device", "/setup/x/y"]) {
    await operator.open(path, { status: 404 });
    await expect(operator.heading).toHaveText("There is nothing here");
    await expect(operator.page).toHaveTitle(/There is nothing here|no-such-device/);
  }
  await operator.page.getByRole("link", { name: "Go home" }).click();
  await expect(operator.heading).toHaveText("Your queue");

  const stranger = await visit();
  await stranger.open("/nowhere", { status: 404 });
  await stranger.page.getByRole("link", { name: "Sign in" }).click();
  await expect(stranger.heading).toHaveText("Sign in");
});

test("what a role may not see is a page that says who can help", async ({ operator }) => {
  await operator.open("/people", { status: 403 });
  await expect(operator.heading).toHaveText("This is not yours to see");
  await expect(operator.page.getByText("You are: Operator. An administrator can give you another role.")).toBeVisible();
});

test("a hub that goes away is told, and caught up with when it is back", async ({ operator, hub, id, sessions }) => {
  await hub.createDevice(id);
  const state = operator.page.getByRole("status").filter({ has: operator.page.locator("svg") });
  await operator.context.route("**/live?*", (route) => route.abort());
  await operator.page.goto(`/devices/${id}`);
  await operator.ready();
  await expect(state).toHaveText("Reconnecting");
  await (await sessions("supervisor")).setStatus(id, "disabled", "while nobody listened");
  await expect(state).toHaveText(/^Old, from \d\d:\d\d$/, { timeout: 15_000 });
  const refused = operator.watch.take();
  expect(refused.length).toBeGreaterThan(1);
  for (const fault of refused) expect(fault).toContain("/live?");
  await operator.judge();

  await operator.context.unroute("**/live?*");
  // Whoever comes back to the page does not wait for the next try.
  await operator.page.evaluate(() => {
    window.dispatchEvent(new Event("pagehide"));
    window.dispatchEvent(new Event("pageshow"));
  });
  await expect(state).toHaveText("Live");
  await expect(operator.page.locator("dl.figs")).toContainText("while nobody listened");
  operator.watch.take();
});
