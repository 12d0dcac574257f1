// Puts the stored theme in place before the first paint. Without one the page follows the system.
(function () {
  try {
    var theme = localStorage.getItem("muster-theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch (_) {
    // Storage may be forbidden; then the system decides.
  }
})();
