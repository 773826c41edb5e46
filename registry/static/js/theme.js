// Applies the remembered theme before the first paint. Loaded in <head> as a plain script, because a module would come too late.
(() => {
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Storage may be forbidden; the page then follows the system, as it does without JavaScript.
  }
})();
