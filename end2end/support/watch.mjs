// Whatever goes wrong behind a page: errors on the console, failed requests, refusals of the security policy.

/** Watches every page of a browser context. */
export class Watch {
  #faults = [];
  #expected = [];
  #scripted;

  constructor(context, { scripted = true } = {}) {
    this.#scripted = scripted;
    context.on("console", (message) => this.#heard(message));
    context.on("weberror", (event) => this.#faults.push(`page error: ${event.error().stack ?? event.error()}`));
    context.on("requestfailed", (request) => this.#failed(request));
    context.on("response", (response) => this.#answered(response));
    context.on("request", (request) => {
      if (pathOf(request) === "/csp-report") this.#faults.push(`content security policy: ${request.postData()}`);
    });
  }

  /** Refusals of the policy also reach pages as events; this notes them before any script of the page runs. */
  static async listen(context) {
    await context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        console.error(`content security policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
      });
    });
  }

  /** Answers with this status are right here: a path or its beginning. */
  expect(path, status) {
    this.#expected.push({ path, status });
  }

  /** What went wrong until now; asked, it is forgotten. */
  take() {
    return this.#faults.splice(0);
  }

  #heard(message) {
    const text = message.text();
    // The answer itself is watched, with its status.
    if (text.startsWith("Failed to load resource")) return;
    if (!this.#scripted && text.includes("was preloaded using link preload but not used")) return;
    if (["error", "warning", "assert"].includes(message.type())) {
      const { url, lineNumber } = message.location();
      this.#faults.push(`console ${message.type()}: ${text} (${url}:${lineNumber})`);
    }
  }

  #failed(request) {
    const why = request.failure()?.errorText;
    // The page was left, or closed its stream; a browser without script does not run what it has loaded.
    if (why === "net::ERR_ABORTED" || (why === "csp" && !this.#scripted)) return;
    this.#faults.push(`request failed: ${request.method()} ${request.url()} ${why}`);
  }

  #answered(response) {
    const status = response.status();
    if (status < 400) return;
    const path = pathOf(response);
    if (this.#expected.some((expected) => path.startsWith(expected.path) && status === expected.status)) return;
    this.#faults.push(`answer ${status}: ${response.request().method()} ${response.url()}`);
  }
}

function pathOf(message) {
  return new URL(message.url()).pathname;
}
