// Auto, light or dark, remembered on this device. "auto" follows the system.
export default (switcher) => {
  const root = document.documentElement;
  const chosen = root.dataset.theme ?? "auto";
  for (const input of switcher.querySelectorAll("input")) input.checked = input.value === chosen;
  switcher.hidden = false;
  switcher.addEventListener("change", (event) => {
    const theme = event.target.value;
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    try {
      if (theme === "auto") localStorage.removeItem("theme");
      else localStorage.setItem("theme", theme);
    } catch {
      // Storage may be forbidden; the choice then lasts for this page.
    }
  });
};
