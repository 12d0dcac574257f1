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
    const context = await browser.newContext({
      ...reader,
      baseURL: hub.url,
      storageState: person?.storageState,
      permissions: ["clipboard-read", "clipboard-write"],
      ...options,
    });
    await Watch.listen(context);
    const visitor = new Visitor();
    visitor.context = context;
    visitor.hub = hub;
    visitor.watch = new Watch(context);
    visitor.scripted = options.javaScriptEnabled !== false;
    visitor.page = await context.newPage();
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
    expect(await violations(this.page), `accessibility of ${this.page.url()}`).toEqual([]);
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
  }
}
