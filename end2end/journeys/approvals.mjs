import { Hub } from "../support/hub.mjs";
import { Visitor } from "../support/visitor.mjs";
import { expect, test } from "../support/test.mjs";

// A hub of its own: a second administrator would have the changes of other journeys wait.
for (const javaScriptEnabled of [true, false]) {
  test(`what one administrator asks for, another decides${javaScriptEnabled ? "" : ", without script"}`, async ({ browser }) => {
    const hub = await Hub.start(3);
    const open = [];
    const visit = async (person) => {
      const visitor = await Visitor.open(browser, hub, person, { javaScriptEnabled });
      open.push(visitor);
      return visitor;
    };
    try {
      const second = await hub.createPerson("second", "admin");
      const admin = await visit(await hub.person("admin"));
      const other = await visit(await hub.person(second.name, second.password));
      await other.open("/approvals");
      await expect(other.page.getByText("Nothing waits for approval")).toBeVisible();

      // Two roles more for the operator of the demo: it waits, and the page says so.
      await admin.open("/people");
      await admin.page.getByRole("link", { name: "Operator North" }).click();
      await admin.page.getByLabel("Role", { exact: true }).nth(1).selectOption({ label: "Supervisor" });
      await admin.page.getByRole("button", { name: "Save" }).click();
      if (!javaScriptEnabled) {
        await admin.open("/people");
        await admin.page.getByRole("link", { name: "Operator North" }).click();
      }
      await expect(admin.page.getByText("Waits for a second person.")).toBeVisible();
      await expect(admin.page.getByText("role supervisor for the whole fleet")).toBeVisible();
      await admin.judge();

      // Nobody decides what they asked for.
      await admin.open("/approvals");
      const own = admin.page.getByRole("article", { name: /Operator North/ });
      await expect(own).toContainText("Waits for somebody else");
      await expect(own.getByRole("button", { name: "Approve" })).toHaveCount(0);

      // The other one sees it come, refuses without a word, and then with one.
      if (!javaScriptEnabled) await other.open("/approvals");
      const waiting = other.page.getByRole("article", { name: /Operator North/ });
      await expect(waiting).toContainText("it gives somebody rights");
      if (javaScriptEnabled) await expect(other.page.locator(".side a", { hasText: "Approvals" }).locator(".nav-n--due")).toContainText("1");
      await other.judge();
      if (javaScriptEnabled) {
        other.watch.expect("/rpc/approvals/decide", 422);
        await waiting.getByRole("button", { name: "Refuse" }).click();
        await expect(waiting.getByText("Say why you refuse it; whoever asked reads it.")).toBeVisible();
        await other.judge();
      }
      await waiting.getByLabel("Comment").fill("not this week");
      await waiting.getByRole("button", { name: "Refuse" }).click();
      await expect(waiting).toHaveCount(0);
      const row = other.page.getByRole("row", { name: /Operator North/ });
      await expect(row).toContainText("Refused by second");
      await expect(row).toContainText("not this week");
      await other.judge();

      // Stricter rules hold at once, weaker ones wait.
      await admin.open("/approvals/rules");
      const limit = admin.page.getByLabel("Tags and desired properties, devices");
      await limit.fill("10");
      await admin.page.getByRole("button", { name: "Save" }).click();
      if (javaScriptEnabled) await expect(admin.page.getByText("Saved.")).toBeVisible();
      await admin.open("/approvals/rules");
      await expect(limit).toHaveValue("10");
      await limit.fill("5000");
      await admin.page.getByRole("button", { name: "Save" }).click();
      await expect(admin.page.getByText("Waits for a second person.")).toBeVisible();
      await admin.judge();
      await other.open("/approvals");
      const rules = other.page.getByRole("article", { name: /Rules of approval/ });
      await expect(rules).toContainText("above 5000 devices");
      await rules.getByRole("button", { name: "Approve" }).click();
      await expect(rules).toHaveCount(0);
      await admin.open("/approvals/rules");
      await expect(limit).toHaveValue("5000");
      for (const visitor of open) visitor.unharmed();
    } finally {
      for (const visitor of open) await visitor.close();
      await hub.close();
    }
  });
}
