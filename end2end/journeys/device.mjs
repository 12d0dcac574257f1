import { expect, test } from "../support/test.mjs";

/** The address of a device's page. */
const page = (id, query = "") => `/devices/${encodeURIComponent(id)}${query}`;

test("a row leads to its device, and the device back to its site", async ({ operator, fleet, hub }) => {
  // Meters send a reading each time they wake up.
  const meter = "em-hbr-01-0004";
  await expect.poll(() => hub.devices(`deviceId = '${meter}' AND contact = 'asleep'`), { timeout: 15_000 }).toHaveLength(1);
  await operator.open("/fleet?q=hbr");
  await fleet.link(meter).click();
  await expect(operator.heading).toContainText(meter);
  await expect(operator.page).toHaveTitle(`${meter} · Muster`);
  await expect(operator.section("Identity and tags").getByRole("link", { name: "Harbour Cold Store" })).toBeVisible();
  await expect(operator.section("Telemetry").getByRole("img").first()).toBeVisible();
  await operator.judge();

  const parts = operator.page.getByRole("navigation", { name: "Parts of the device" });
  for (const [tab, heading] of [["Twin", "Twin"], ["Timeline", "Timeline"], ["Overview", "Telemetry"]]) {
    await parts.getByRole("link", { name: tab }).click();
    await expect(operator.section(heading)).toBeVisible();
    await operator.judge();
  }
  await operator.page.getByRole("navigation", { name: "Breadcrumb" }).getByRole("link", { name: "Harbour Cold Store" }).click();
  await expect(fleet.chips).toHaveCount(2);
  await expect(fleet.link(meter)).toBeVisible();
});

test("an id with every allowed sign has a page", async ({ operator, fleet, hub, id }) => {
  const odd = `${id}:%2F#a?b+c@d`;
  await hub.createDevice(odd, { tags: { site: "100 % here" } });
  await operator.open(`/fleet?q=${encodeURIComponent(id)}`);
  await fleet.link(odd).click();
  await expect(operator.heading).toContainText(odd);
  await operator.page.reload();
  await operator.ready();
  await expect(operator.heading).toContainText(odd);
});

test("the connection string is shown on request, and that is recorded", async ({ operator, hub, id }) => {
  await hub.createDevice(id);
  await operator.open(page(id));
  const access = operator.section("Access");
  await expect(access).not.toContainText("SharedAccessKey");
  await access.getByRole("button", { name: "Show connection string" }).click();
  const secret = access.getByRole("region", { name: "Connection string" });
  await expect(secret).toHaveText(new RegExp(`^HostName=localhost;DeviceId=${id};SharedAccessKey=[A-Za-z0-9+/]+=*$`));
  await operator.judge();
  await access.getByRole("button", { name: "Copy connection string" }).click();
  expect(await operator.page.evaluate(() => navigator.clipboard.readText())).toBe((await secret.textContent()).trim());
  await access.getByRole("button", { name: "Hide" }).click();
  await expect(access).not.toContainText("SharedAccessKey");

  await operator.open(page(id, "?tab=timeline"));
  await expect(operator.page.getByText("Operator was shown a secret: connection string.")).toBeVisible();
});

test("disabling ends the connection at once, and the page says why it is off", async ({ operator, hub }) => {
  const device = await hub.connected("tags.model = 'CT-200'");
  await operator.open(page(device.deviceId));
  await operator.page.getByText("Disable…").click();
  await operator.page.getByLabel("Reason").fill("looked at in a test");
  await operator.judge();
  await operator.page.getByRole("button", { name: "Disable 1 device" }).click();
  const facts = operator.page.locator("dl.figs");
  await expect(facts).toContainText("looked at in a test");
  await expect(facts).toContainText("Disabled");
  await expect(facts.locator("div").filter({ hasText: "Connection" }).first()).toContainText("None");
  await operator.judge();

  await operator.page.getByText("Enable…").click();
  await operator.page.getByRole("button", { name: "Enable 1 device" }).click();
  await expect(facts).toContainText("Enabled");
  await operator.open(page(device.deviceId, "?tab=timeline"));
  await expect(operator.page.getByText("Operator disabled it, because: looked at in a test.")).toBeVisible();
  await expect(operator.page.getByText("Operator enabled it.")).toBeVisible();
});

test("the page follows a device that somebody else changes", async ({ operator, hub, id, sessions }) => {
  await hub.createDevice(id);
  const other = await sessions("supervisor");
  await operator.open(page(id));
  await expect(operator.page.getByRole("status").filter({ hasText: "Live" })).toBeVisible();
  await other.setStatus(id, "disabled", "gone fishing");
  await expect(operator.page.locator("dl.figs")).toContainText("gone fishing", { timeout: 1_500 });
  await other.editTwin(id, ({ tags }) => ({ tags: { ...tags, site: "Fishing Pier" } }));
  await expect(operator.section("Identity and tags")).toContainText("Fishing Pier", { timeout: 1_500 });
  await expect(operator.section("Latest")).toContainText("Supervisor changed tags: site = Fishing Pier", { timeout: 1_500 });
});
