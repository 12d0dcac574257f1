// Somebody at the dashboard with a browser. Every page they open is judged: its status, what went wrong behind it,
// whether everybody can use it.

import { expect } from "@playwright/test";
import { violations } from "./accessibility.mjs";
import { reader } from "./browser.mjs";
import { Watch } from "./watch.mjs";

/** A browser of one person, with one page. */
export class Visitor {
  /** Opens a browser for a person of the hub, or for nobody in particular. */
  static async open(browser, hub, person, options = {}) {
    const common = { ...reader, baseURL: hub.url, storageState: person?.storageState, ...options };
    const visitor = new Visitor();
    visitor.hub = hub;
    visitor.scripted = options.javaScriptEnabled !== false;
    visitor.context = await browser.newContext({ ...common, permissions: ["clipboard-read", "clipboard-write"] });
    visitor.watch = new Watch(visitor.context, visitor);
    await Watch.listen(visitor.context);
    visitor.page = await visitor.context.newPage();
    if (!visitor.scripted) {
      // axe is a script itself: it looks at the same page in a browser that gets no script from the hub.
      visitor.mirror = await browser.newContext({ ...common, javaScriptEnabled: true });
      await visitor.mirror.route("**/*.js", (route) => route.abort());
    }
    return visitor;
  }

  /** Goes to an address and judges the page there. */
  async open(path, { status = 200 } = {}) {
    if (status >= 400) this.watch.expect(path.split("?")[0], status);
    const answer = await this.page.goto(path);
    expect(answer.status(), path).toBe(status);
    await this.judge();
  }

  /** Waits until the page listens. Without script there is nothing to wait for. */
  async ready() {
    if (this.scripted) await this.page.locator("html[data-hydrated]").waitFor({ state: "attached" });
  }

  /** Nothing has gone wrong, and what is in view can be used by everybody. */
  async judge() {
    await this.ready();
    this.unharmed();
    const found = this.mirror ? await this.#mirrored() : await violations(this.page);
    expect(found, `accessibility of ${this.page.url()}`).toEqual([]);
  }

  async #mirrored() {
    await this.mirror.clearCookies();
    await this.mirror.addCookies(await this.context.cookies());
    const page = await this.mirror.newPage();
    await page.goto(this.page.url());
    const found = await violations(page);
    await page.close();
    return found;
  }

  /** Nothing has gone wrong until now. */
  unharmed() {
    expect(this.watch.take(), `behind ${this.page.url()}`).toEqual([]);
  }

  /** Fills in the sign-in form. */
  async signIn(name, password = this.hub.passwords[name]) {
    await this.page.getByLabel("Name").fill(name);
    await this.page.getByLabel("Password").fill(password);
    await this.page.getByRole("button", { name: "Sign in" }).click();
  }

  /** The heading of the page. */
  get heading() {
    return this.page.getByRole("heading", { level: 1 });
  }

  /** A section by its heading. */
  section(name) {
    return this.page.getByRole("region", { name });
  }

  /** What the page answered to something a person did. */
  get answer() {
    return this.page.getByRole("alert");
  }

  /** The page is not wider than the window. */
  async fits() {
    const [content, window_] = await this.page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    expect(content, `width of ${this.page.url()}`).toBeLessThanOrEqual(window_);
  }

  /** Ends the browser. */
  async close() {
    await this.context.close();
    await this.mirror?.close();
  }
}
