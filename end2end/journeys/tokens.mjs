import { expect, test } from "../support/test.mjs";

/** Asks the management REST with a token. */
async function ask(hub, token, path) {
  const answer = await fetch(`${hub.url}/api/v1${path}`, { headers: { Authorization: `Bearer ${token}` } });
  return { status: answer.status, body: await answer.json() };
}

/** Makes a token through the form of the account page; returns its secret. */
async function make(visitor, name, scope) {
  const section = visitor.section("API tokens");
  await section.getByText("New token…").click();
  await section.getByLabel("What it is for").fill(name);
  await section.getByLabel("Devices", { exact: true }).fill(scope);
  await section.getByLabel("It lasts").selectOption({ label: "30 days" });
  await visitor.judge();
  await section.getByRole("button", { name: "Make the token" }).click();
  return (await section.getByRole("region", { name: "New token" }).textContent()).trim();
}

test("a token is made, used, and revoked", async ({ operator, hub }) => {
  await operator.open("/account");
  const secret = await make(operator, "ci", "tags.region = 'north'");
  expect(secret).toMatch(/^mst_/);
  await operator.judge();
  const section = operator.section("API tokens");
  await expect(section.getByText("Never used", { exact: false })).toBeVisible();
  const north = await hub.devices("tags.region = 'north'");
  const seen = await ask(hub, secret, "/devices/count");
  expect(seen).toEqual({ status: 200, body: { count: north.length } });

  // What was shown once is gone.
  await operator.open("/account");
  await expect(operator.page.getByText("mst_")).toHaveCount(0);
  await expect(section.getByText("Last used", { exact: false })).toBeVisible();
  await section.getByText("Revoke…").click();
  await operator.judge();
  await section.getByRole("button", { name: "Revoke", exact: true }).click();
  await expect(section.getByText("revoked", { exact: false })).toBeVisible();
  expect((await ask(hub, secret, "/devices/count")).status).toBe(401);
});

test("tokens fit on a phone, and the keyboard is enough", async ({ manager }) => {
  await manager.page.setViewportSize({ width: 390, height: 844 });
  await manager.open("/account");
  const section = manager.section("API tokens");
  await section.locator("summary").first().focus();
  await manager.page.keyboard.press("Enter");
  await expect(section.getByLabel("What it is for")).toBeVisible();
  await manager.page.keyboard.press("Tab");
  await manager.page.keyboard.type("phone");
  await manager.page.keyboard.press("Enter");
  await expect(section.getByRole("region", { name: "New token" })).toBeVisible();
  await manager.fits();
  await manager.judge();
});

test("what cannot be used is told beside its field", async ({ operator }) => {
  await operator.open("/account");
  const section = operator.section("API tokens");
  await section.getByText("New token…").click();
  await section.getByLabel("What it is for").fill("odd");
  await section.getByLabel("Devices", { exact: true }).fill("tags.region =");
  operator.watch.expect("/rpc/tokens/create", 422);
  await section.getByRole("button", { name: "Make the token" }).click();
  await expect(section.getByLabel("Devices", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await operator.judge();
});

test("the page of the API is open and fits", async ({ operator }) => {
  await operator.page.goto("/api");
  await expect(operator.heading).toHaveText("Management API");
  await operator.page.getByText("GET /api/v1/devices", { exact: true }).click();
  await operator.page.setViewportSize({ width: 390, height: 844 });
  await operator.fits();
});

test("without script a token is made, shown once, and revoked", async ({ visit, hub }) => {
  const plain = await visit("supervisor", { javaScriptEnabled: false });
  await plain.open("/account");
  const section = plain.section("API tokens");
  await section.getByText("New token…").click();
  await section.getByLabel("What it is for").fill("plain");
  await section.getByRole("button", { name: "Make the token" }).click();
  const secret = (await section.getByRole("region", { name: "New token" }).textContent()).trim();
  expect((await ask(hub, secret, "/me")).body.token).toBe("plain");
  await plain.open("/account");
  await expect(plain.page.getByText("mst_")).toHaveCount(0);
  await plain.page.setViewportSize({ width: 390, height: 844 });
  await plain.fits();
  await section.getByText("Revoke…").click();
  await section.getByRole("button", { name: "Revoke", exact: true }).click();
  expect((await ask(hub, secret, "/me")).status).toBe(401);
});
