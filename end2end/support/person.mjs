// Somebody signed in without a browser: for what happens elsewhere while a page is open.

/** A session. */
export class Person {
  constructor(url, cookie) {
    this.url = url;
    this.cookie = cookie;
  }

  /** Signs in with the form of the dashboard. */
  static async signIn(url, name, password) {
    const person = new Person(url, null);
    const answer = await person.#post("/sign-in", { name, password });
    const [name_, value] = (answer.headers.getSetCookie()[0] ?? "").split(";")[0].split("=");
    if (answer.status !== 303 || answer.headers.get("location").includes("problem") || !value) {
      throw new Error(`${name} could not sign in: ${answer.status} ${answer.headers.get("location")}`);
    }
    person.cookie = { name: name_, value };
    return person;
  }

  /** The session as a browser context takes it. */
  get storageState() {
    const cookie = { ...this.cookie, domain: "127.0.0.1", path: "/", expires: -1, httpOnly: true, secure: false, sameSite: "Lax" };
    return { cookies: [cookie], origins: [] };
  }

  async #post(path, form) {
    const headers = { origin: this.url, accept: "application/json" };
    if (this.cookie) headers.cookie = `${this.cookie.name}=${this.cookie.value}`;
    return fetch(this.url + path, { method: "POST", redirect: "manual", headers, body: new URLSearchParams(form) });
  }

  /** Chooses a new password. */
  async changePassword(current, next) {
    const answer = await this.#post("/account/password", { current, new: next, repeat: next });
    if (!answer.headers.get("location")?.includes("done=password")) throw new Error(`the password stayed: ${answer.status}`);
  }

  /** Asks a server function; returns its status with what it answered. */
  async ask(endpoint, form) {
    const answer = await this.#post(`/rpc/${endpoint}`, form);
    const text = await answer.text();
    return { status: answer.status, body: text ? JSON.parse(text) : null };
  }

  /** The same, for what must succeed. */
  async call(endpoint, form) {
    const { status, body } = await this.ask(endpoint, form);
    if (status !== 200) throw new Error(`${endpoint}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  /** Enables or disables a device. */
  async setStatus(id, status, reason = "") {
    const { etag } = await this.call("devices/show", { id });
    await this.call("devices/set_status", { id, etag, status, reason });
  }

  /** Makes a twin what `change` returns for it. */
  async editTwin(id, change) {
    const { etag, tags, desired } = await this.call("devices/twin", { id });
    const next = { tags, desired, ...change({ tags, desired }) };
    await this.call("devices/save_twin", { id, etag, tags: JSON.stringify(next.tags), desired: JSON.stringify(next.desired) });
  }
}
