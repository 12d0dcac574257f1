import { expect, test } from "../support/test.mjs";

/** The twin of a device, in one of its views. */
const twin = (id, view = "") => `/devices/${encodeURIComponent(id)}?tab=twin${view && `&view=${view}`}`;

/** The two documents and the button, on the JSON view. */
const documents = ({ page }) => ({
  desired: page.getByRole("textbox", { name: "Desired properties" }),
  tags: page.getByRole("textbox", { name: "Tags" }),
  save: page.getByRole("button", { name: "Save for 1 device" }),
});

/** Changes a document as somebody who types would. */
async function edit(field, change) {
  await field.fill(JSON.stringify(change(JSON.parse(await field.inputValue())), null, 2));
}

test("desired properties are edited as JSON, and the timeline knows", async ({ operator, hub, id }) => {
  await hub.createDevice(id, { tags: { site: "Harbour" }, desired: { reporting: { intervalS: 60 } } });
  await operator.open(twin(id));
  await operator.page.getByRole("link", { name: "JSON" }).click();
  const { desired, tags, save } = documents(operator);
  await expect(desired).toHaveValue(/"intervalS": 60/);
  await operator.judge();

  await desired.fill('{ "reporting": { "intervalS": 90 }');
  await expect(desired).toHaveAttribute("aria-invalid", "true");
  await operator.judge();

  await desired.fill('{ "reporting": { "intervalS": 90, "unit": "°C" } }');
  await expect(desired).not.toHaveAttribute("aria-invalid");
  await edit(tags, (tags) => ({ ...tags, floor: 3 }));
  await save.click();
  await expect(operator.answer).toHaveText("Saved as desired version 2. The device receives it at its next contact.");
  await operator.judge();

  // Sent again, there is nothing to do.
  await save.click();
  await expect(operator.answer).toHaveText("Nothing was different, so nothing was saved.");

  await operator.page.getByRole("link", { name: "Compare" }).click();
  const row = operator.page.getByRole("row", { name: /reporting\.intervalS/ });
  await expect(row).toContainText("90");
  await expect(row).toContainText("not reported");
  await operator.judge();

  await operator.open(`/devices/${id}?tab=timeline`);
  const timeline = operator.section("Timeline");
  await expect(timeline).toContainText("Operator asked for reporting.intervalS = 90, reporting.unit = °C (version 2).");
  await expect(timeline).toContainText("Operator changed tags: floor = 3");
});

test("desired properties are edited in the form", async ({ operator, hub, id }) => {
  await hub.createDevice(id, { desired: { reporting: { intervalS: 60 }, mode: "eco", lamp: true } });
  await operator.open(twin(id, "form"));
  const group = operator.page.getByRole("group", { name: "Desired properties" });
  const rows = group.getByRole("listitem");
  await expect(rows).toHaveCount(3);
  const path = (i) => rows.nth(i).getByRole("textbox", { name: "Path" });
  const value = (i) => rows.nth(i).getByLabel("Value");
  await expect(path(2)).toHaveValue("reporting.intervalS");

  await value(2).fill("ninety");
  await expect(group.locator(".hint--error")).toBeVisible();
  await expect(operator.page.getByText("Correct what is marked first.")).toBeVisible();
  await operator.judge();
  await value(2).fill("90");
  await value(0).selectOption("false");
  await group.getByRole("button", { name: "Remove mode" }).click();
  await group.getByRole("button", { name: "Add property" }).click();
  await path(2).fill("alarm.high");
  await rows.nth(2).getByLabel("Type").selectOption({ label: "Number" });
  await value(2).fill("8.5");
  await operator.page.getByRole("button", { name: "Save for 1 device" }).click();
  await expect(operator.answer).toContainText("Saved as desired version 2.");
  await operator.judge();

  const stored = JSON.parse(await hub.cli("device", "show", id, "--json")).properties.desired;
  expect(stored.reporting).toEqual({ intervalS: 90 });
  expect(stored.alarm).toEqual({ high: 8.5 });
  expect(stored.lamp).toBe(false);
  expect(stored).not.toHaveProperty("mode");
});

test("a connected device takes what is desired, and the page sees it", async ({ operator, hub }) => {
  // The few of the demo that never confirm are not in sync.
  const device = await hub.connected("tags.model = 'GW-50' AND drift = false");
  await operator.open(twin(device.deviceId, "json"));
  const { desired, save } = documents(operator);
  await edit(desired, (desired) => ({ ...desired, reporting: { ...desired.reporting, intervalS: 45 } }));
  await save.click();
  await expect(operator.answer).toContainText("The device is connected and receives it now.");
  await operator.page.getByRole("link", { name: "Compare" }).click();
  const row = operator.page.getByRole("row", { name: /reporting\.intervalS/ });
  // Said by the device, seen without a reload.
  await expect(row.getByRole("cell").nth(1)).toHaveText("45");
  await expect(row).not.toHaveClass(/is-diff/);
});

test("of two changes at once each is kept, and where they collide a person chooses", async ({ operator, hub, id, sessions }) => {
  const other = await sessions("supervisor");
  const change = (desired) => other.editTwin(id, () => ({ desired }));
  await hub.createDevice(id, { desired: { a: 1, b: 1, c: 1 } });
  await operator.open(twin(id, "json"));
  const { desired, save } = documents(operator);
  await edit(desired, (desired) => ({ ...desired, a: 2, b: 2 }));

  await change({ a: 3, b: 1, c: 3 });
  const meanwhile = operator.page.getByText("Somebody else changed this twin meanwhile.");
  await expect(meanwhile).toBeVisible({ timeout: 2_000 });
  await operator.judge();

  operator.watch.expect("/rpc/devices/save_twin", 409);
  await save.click();
  await expect(operator.answer).toContainText("One property was changed by both of you.");
  const row = (name) => operator.page.getByRole("row", { name: new RegExp(`^${name}`) });
  await expect(row("desired.a").getByRole("cell")).toHaveText(["1", "2", "3", /Keep mine/]);
  await expect(row("desired.b").getByRole("cell").last()).toHaveText("yours");
  await expect(row("desired.c").getByRole("cell").last()).toHaveText("what is stored");
  await operator.judge();

  await row("desired.a").getByRole("radio", { name: "Take theirs" }).check();
  await operator.page.getByRole("button", { name: "Save again" }).click();
  await expect(operator.answer).toContainText("Saved as desired version 3.");
  const stored = JSON.parse(await hub.cli("device", "show", id, "--json")).properties.desired;
  expect(stored).toMatchObject({ a: 3, b: 2, c: 3 });

  // The other way: mine stays.
  await edit(desired, (desired) => ({ ...desired, a: 10 }));
  await change({ a: 11, b: 2, c: 3 });
  await expect(meanwhile).toBeVisible();
  await operator.page.getByRole("button", { name: "Compare the changes" }).click();
  await row("desired.a").getByRole("radio", { name: "Keep mine" }).check();
  await operator.page.getByRole("button", { name: "Save again" }).click();
  await expect(operator.answer).toContainText("Saved as desired version 5.");
  expect(JSON.parse(await hub.cli("device", "show", id, "--json")).properties.desired.a).toBe(10);

  // Or neither.
  await edit(desired, (desired) => ({ ...desired, a: 20 }));
  await change({ a: 21, b: 2, c: 3 });
  await operator.page.getByRole("button", { name: "Compare the changes" }).click();
  await operator.page.getByRole("button", { name: "Drop my changes" }).click();
  await expect(desired).toHaveValue(/"a": 21/);
  await expect(meanwhile).toHaveCount(0);
});

test("an edit survives the change between form and JSON", async ({ operator, hub, id }) => {
  await hub.createDevice(id, { desired: { mode: "eco" } });
  await operator.open(twin(id, "json"));
  const { desired } = documents(operator);
  await desired.fill('{ "mode": "boost" }');
  await operator.page.getByRole("link", { name: "Form" }).click();
  const group = operator.page.getByRole("group", { name: "Desired properties" });
  await expect(group.getByLabel("Value")).toHaveValue("boost");
  await operator.page.getByRole("link", { name: "Compare" }).click();
  await expect(operator.page.getByText("An edit of yours is not saved yet.")).toBeVisible();
  await operator.page.getByRole("link", { name: "Go on" }).click();
  await operator.page.getByRole("button", { name: "Start over" }).click();
  await expect(group.getByLabel("Value")).toHaveValue("eco");
});
