// Keeps an embedded panel up to date: reads its document anew and puts the new <main> in the place of the old one, so
// that nothing flashes. Says how old the figures are, and tells the allowed parents how high the panel is.
(function () {
  var body = document.body;
  var every = Number(body.dataset.every) * 1000;
  var parents = (body.dataset.parents || "").split(" ").filter(Boolean);
  var lost = false;

  function age() {
    var time = document.querySelector("[data-as-of]");
    if (!time) return;
    var asOf = Number(time.dataset.asOf);
    var old = Math.max(0, Date.now() - asOf);
    var minutes = Math.floor(old / 60000);
    var stale = lost || (every > 0 && old > 4 * every);
    time.textContent = new Date(asOf).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    document.querySelector("[data-age]").textContent =
      minutes < 1 ? "" : ", " + (minutes < 120 ? minutes + " min" : Math.floor(minutes / 60) + " h") + " ago";
    time.closest(".stamp").classList.toggle("stamp--stale", stale && minutes >= 1);
    body.classList.toggle("is-old", stale && minutes >= 1);
  }

  function height() {
    if (window.parent === window) return;
    body.classList.add("is-measured");
    var high = document.querySelector("main").scrollHeight;
    body.classList.remove("is-measured");
    parents.forEach(function (parent) {
      window.parent.postMessage({ muster: "height", height: high }, parent);
    });
  }

  function read() {
    var asked = { cache: "no-store", credentials: "omit", redirect: "error" };
    fetch(location.href, asked)
      .then(function (answer) {
        // A hub that is busy says so; what is here stays until it answers.
        if (answer.status === 429 || answer.status >= 500) throw new Error(String(answer.status));
        return answer.text();
      })
      .then(function (text) {
        var main = new DOMParser().parseFromString(text, "text/html").querySelector("main");
        if (main) document.querySelector("main").replaceWith(document.adoptNode(main));
        lost = false;
        height();
      })
      .catch(function () {
        lost = true;
      })
      .then(age);
  }

  age();
  height();
  window.addEventListener("resize", height);
  if (every > 0) {
    setInterval(age, 5000);
    setInterval(read, every);
  }
})();
