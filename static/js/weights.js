// The weights of a template added up while they are typed; the server adds them up again.
(() => {
  const form = document.querySelector("[data-weights]");
  const shown = form?.querySelector("[data-weights-total]");
  if (!shown) return;
  form.addEventListener("input", () => {
    let total = 0;
    for (const field of form.querySelectorAll('[name$="-weight"]')) total += parseInt(field.value, 10) || 0;
    shown.textContent = total;
  });
})();
