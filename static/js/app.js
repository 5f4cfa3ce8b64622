// What the pages add to plain HTML. Everything here is delegated, so that fragments which htmx
// swaps in need nothing; without this script every form still has its button.
(() => {
  // Filters send themselves; those in a panel wait for its button.
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form?.matches("[data-auto-submit]") && event.target.matches("select")) form.requestSubmit();
  });

  // A filter that is not set does not lengthen the address.
  document.addEventListener("formdata", (event) => {
    if (!event.target.matches("[data-auto-submit]")) return;
    for (const [name, value] of [...event.formData]) {
      if (value !== "") continue;
      const others = event.formData.getAll(name).filter((other) => other !== "");
      event.formData.delete(name);
      others.forEach((other) => event.formData.append(name, other));
    }
  });

  // Dialogs
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
    if (event.target.closest("[data-dialog-close]")) event.target.closest("dialog").close();
  });

  // A menu closes when the reader turns elsewhere; Escape gives the focus back.
  const openMenus = () => document.querySelectorAll("details.menu[open], .tabbar details[open]");
  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of openMenus()) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    }
  });

  // A form that is on its way is not sent twice.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
})();
