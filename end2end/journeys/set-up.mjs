import { expect, test } from "../support/test.mjs";
import { Hub } from "../support/hub.mjs";
import { Visitor } from "../support/visitor.mjs";

test("an empty hub prints one link, which makes the first administrator once", async ({ browser }) => {
  const hub = await Hub.start(null);
  const first = await Visitor.open(browser, hub);
  try {
    const [link] = hub.log().match(/http:\/\/\S+\/setup\/\S+/);
    const path = new URL(link).pathname;
    await first.open("/setup/not-the-token", { status: 404 });
    await expect(first.heading).toHaveText("This link does not work");

    await first.open(path);
    await expect(first.heading).toHaveText("First administrator");
    const fill = async (name, password, repeat = password) => {
      await first.page.getByLabel("Name", { exact: true }).fill(name);
      await first.page.getByLabel("Display name").fill("Ada");
      await first.page.getByLabel("Password", { exact: true }).fill(password);
      await first.page.getByLabel("Password again").fill(repeat);
      await first.page.getByRole("button", { name: "Make the account" }).click();
    };
    await fill("ada", "a long enough one", "another long one");
    await expect(first.answer).toHaveText("The two passwords differ. Nothing changed.");
    await fill("ada", "short");
    await expect(first.answer).toHaveText("A password has at least 10 characters. Nothing changed.");
    await fill("Ada L", "a long enough one");
    await expect(first.answer).toContainText("A name has 1 to 64 characters");
    await first.judge();
    await fill("ada", "a long enough one");
    await expect(first.page).toHaveURL(/\/hub$/);
    await first.judge();

    // Every page of an empty hub teaches the next step.
    for (const home of ["/queue", "/oversight", "/goals", "/fleet"]) await first.open(home);
    await expect(first.page.getByText("muster device create").first()).toBeVisible();

    await first.open(path, { status: 404 });
    const late = await Visitor.open(browser, hub);
    await late.open(path, { status: 404 });
    await late.close();
    await hub.person("ada", "a long enough one");
  } finally {
    await first.close();
    await hub.close();
  }
});
