// Sets light or dark before the first paint: what the reader chose, else what their system asks
// for. Everything that draws listens for 'themechange' on the document. Print is always light.
(() => {
  const root = document.documentElement;
  const wish = matchMedia("(prefers-color-scheme: dark)");
  const KEY = "opsportal-theme";

  const chosen = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // storage may be forbidden; the system's wish holds then
    }
  };
  const apply = (theme) => {
    if (root.dataset.bsTheme === theme) return;
    root.dataset.bsTheme = theme;
    document.dispatchEvent(new CustomEvent("themechange"));
  };
  const settle = () => apply(chosen() ?? (wish.matches ? "dark" : "light"));

  root.classList.add("js");
  settle();
  wish.addEventListener("change", settle);
  addEventListener("storage", settle);
  addEventListener("beforeprint", () => apply("light"));
  addEventListener("afterprint", settle);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-toggle]")) return;
    const next = root.dataset.bsTheme === "dark" ? "light" : "dark";
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // The choice then lasts for this page.
    }
    apply(next);
  });
})();
