import { Fleet } from "../support/fleet.mjs";
import { expect, test } from "../support/test.mjs";

/** Makes an account through the form; returns the temporary password. */
async function create(admin, name, role, scope) {
  await admin.open("/people");
  await admin.page.getByRole("link", { name: "New person" }).click();
  await expect(admin.heading).toHaveText("New person");
  await admin.page.getByLabel("Signs in as").fill(name);
  await admin.page.getByLabel("Display name").fill(`${name[0].toUpperCase()}${name.slice(1)} of the tests`);
  await admin.page.getByLabel("Role", { exact: true }).first().selectOption({ label: role });
  await admin.page.getByLabel("Scope").first().fill(scope);
  await admin.page.getByRole("button", { name: "Make the account" }).click();
  return (await admin.page.getByRole("region", { name: "Temporary password" }).textContent()).trim();
}

/** Chooses a password of one's own in the form of the account page. */
async function choosePassword(visitor, current, next) {
  await visitor.page.getByLabel("Current password").fill(current);
  await visitor.page.getByLabel("New password", { exact: true }).fill(next);
  await visitor.page.getByLabel("New password again").fill(next);
  await visitor.page.getByRole("button", { name: "Change password" }).click();
  await expect(visitor.answer).toHaveText("Your password is changed. Other browsers are signed out.");
}

test("a new person signs in, chooses a password, and sees the scope alone", async ({ admin, visit, hub }) => {
  const temporary = await create(admin, "nora", "Operator", "tags.region = 'north'");
  await admin.judge();
  await admin.page.getByRole("link", { name: "All people" }).click();
  const row = admin.page.getByRole("row", { name: /nora/ });
  await expect(row).toContainText("Operator where tags.region = 'north'");
  await expect(row).toContainText("Temporary password");
  await admin.judge();

  const nora = await visit();
  await nora.open("/sign-in");
  await nora.signIn("nora", temporary);
  await expect(nora.page).toHaveURL(/\/account$/);
  await expect(nora.page.getByText("Your password is a temporary one. Choose your own to go on.")).toBeVisible();
  await nora.judge();
  await nora.open("/fleet");
  await expect(nora.page).toHaveURL(/\/account$/);
  await choosePassword(nora, temporary, "four small islands");

  const north = await hub.devices("tags.region = 'north'");
  const fleet = new Fleet(nora);
  await nora.open("/fleet?rows=100");
  expect(await fleet.ids()).toEqual(north.map((device) => device.deviceId));
  await fleet.has(north.length);
  await nora.open("/queue");
  await expect(nora.section("Roll call").locator("a.n").first()).toHaveText(`${north.length}`);
  await expect(nora.page.locator(".me-t")).toContainText("tags.region = 'north'");

  // Elsewhere does not exist: not by address, not by search, not in counts.
  await nora.open("/devices/gw-hbr-01");
  await nora.open("/devices/gw-lck-01", { status: 404 });
  await expect(nora.heading).toHaveText("There is nothing here");
  await nora.open("/fleet?q=gw-lck-01");
  await expect(nora.page.getByText("No device has this text in its id or a tag value.")).toBeVisible();
  await nora.open("/people", { status: 403 });

  // Deactivated, she is out at once.
  await nora.open("/queue");
  nora.watch.expect("/live", 401);
  nora.watch.expect("/rpc/", 401);
  await admin.page.getByRole("link", { name: "Nora of the tests" }).click();
  await admin.page.getByText("Deactivate…").click();
  await admin.judge();
  await admin.page.getByRole("button", { name: "Deactivate" }).click();
  await expect(admin.page.getByText("Nora of the tests cannot sign in. Roles and scope are kept.")).toBeVisible();
  await admin.judge();
  await expect(nora.page.getByRole("link", { name: "You are signed out. Sign in" })).toBeVisible();
  await nora.open("/fleet");
  await expect(nora.page).toHaveURL(/\/sign-in/);
  await nora.signIn("nora", "four small islands");
  await expect(nora.answer).toHaveText("This name and password do not match. Check both and try again.");

  await admin.page.getByRole("button", { name: "Activate" }).click();
  await expect(admin.page.getByText("Deactivate…")).toBeVisible();
  await hub.person("nora", "four small islands");
});

test("what cannot be used is told beside its field", async ({ admin }) => {
  await admin.open("/people?new=true");
  await admin.page.getByLabel("Signs in as").fill("Nora Nord");
  await admin.page.getByLabel("Role", { exact: true }).first().selectOption({ label: "Operator" });
  const scope = admin.page.getByLabel("Scope").first();
  await scope.fill("tags.region =");
  await expect(scope).toHaveAttribute("aria-invalid", "true");
  admin.watch.expect("/rpc/people/create", 422);
  await admin.page.getByRole("button", { name: "Make the account" }).click();
  await expect(admin.page.getByLabel("Signs in as")).toHaveAttribute("aria-invalid", "true");
  await expect(scope).toHaveAttribute("aria-invalid", "true");
  await admin.judge();
});

test("roles change with the next request, and a reset password has to be changed", async ({ admin, visit, hub }) => {
  const { name, password } = await hub.createPerson("changes", "manager");
  const person = await visit(await hub.person(name, password));
  await person.open("/people", { status: 403 });

  await admin.open("/people");
  await admin.page.getByRole("link", { name, exact: true }).click();
  await admin.page.getByLabel("Role", { exact: true }).first().selectOption({ label: "Operator" });
  await admin.page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(admin.page.getByText("Saved.")).toBeVisible();
  await admin.judge();
  await person.open("/queue");
  await expect(person.page.getByRole("navigation", { name: "Main", exact: true }).locator(".nav a")).toHaveText(["Queue", "Fleet", /^Alerts/, "Operations", "Health", "Configurations", "Firmware", "Windows", /^Approvals/]);

  person.watch.expect("/live", 401);
  person.watch.expect("/rpc/", 401);
  await admin.page.getByText("Reset password…").click();
  await admin.page.getByRole("button", { name: "Reset password", exact: true }).click();
  const temporary = (await admin.page.getByRole("region", { name: "Temporary password" }).textContent()).trim();
  await admin.judge();
  await person.open("/queue");
  await expect(person.page).toHaveURL(/\/sign-in/);
  await person.signIn(name, temporary);
  await expect(person.page).toHaveURL(/\/account$/);
});

test("the last administrator stays", async ({ admin }) => {
  await admin.open("/people");
  await admin.page.getByRole("link", { name: "Administrator", exact: true }).click();
  admin.watch.expect("/rpc/people/", 422);
  admin.watch.expect("/rpc/people/", 409);
  await admin.page.getByText("Deactivate…").click();
  await admin.page.getByRole("button", { name: "Deactivate" }).click();
  await expect(admin.answer).toContainText(/last .*administrator/i);
  await admin.judge();
  await admin.page.getByLabel("Role", { exact: true }).first().selectOption({ label: "Operator" });
  await admin.page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(admin.section("Name, roles and scope").getByRole("alert")).toContainText(/last .*administrator/i);
  await admin.open("/people");
});

test("the administrator sees how the hub is, and every home", async ({ admin }) => {
  await admin.open("/");
  await expect(admin.page).toHaveURL(/\/hub$/);
  await expect(admin.heading).toHaveText("Server health");
  const places = admin.page.getByRole("navigation", { name: "Main", exact: true }).locator(".nav a");
  await expect(places).toHaveText(["Server health", "Fleet", /^Alerts/, "Operations", "Health", "Queue", "Oversight", "Goals", "Configurations", "Firmware", "Windows", /^Approvals/, "Alert rules", "Embeds", "People"]);
  for (const path of ["/queue", "/oversight", "/goals", "/fleet", "/people", "/account", "/gallery"]) await admin.open(path);
});
