// The form of an article: counts characters, keeps what is not saved from getting lost, saves by Ctrl+S. Without it everything works too.
"use strict";

(() => {
  const form = document.getElementById("edit");
  if (!form) return;
  const unsaved = form.querySelector("[data-unsaved]");
  const before = new URLSearchParams(new FormData(form)).toString();
  let leaving = false;

  const changed = () => {
    const now = new FormData(form);
    for (const name of ["see", "step", "action"]) now.delete(name); // of the preview
    const then = new URLSearchParams(before);
    for (const name of ["see", "step", "action"]) then.delete(name);
    return new URLSearchParams(now).toString() !== then.toString();
  };
  const typed = () => {
    unsaved.hidden = !changed();
  };
  form.addEventListener("input", typed);
  form.addEventListener("change", typed);
  if (form.dataset.kept === "no") unsaved.hidden = false;

  for (const shown of document.querySelectorAll("[data-count]")) {
    const area = document.getElementById(shown.dataset.count);
    const count = () => {
      const length = [...area.value.trim()].length;
      shown.querySelector("[data-now]").textContent = length;
      shown.classList.toggle("over", length > Number(shown.dataset.limit));
    };
    area.addEventListener("input", count);
    count();
  }

  window.addEventListener("beforeunload", (event) => {
    if (!leaving && (changed() || form.dataset.kept === "no")) event.preventDefault();
  });
  form.addEventListener("submit", () => {
    leaving = true;
  });
  window.addEventListener("pageshow", () => {
    leaving = false;
  });

  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("[data-save]"));
  });

  // Buttons of the preview show their screen in place; the preview follows what is typed by itself.
  const seen = document.getElementById("seen");
  if (!seen) return;
  const preview = form.querySelector("[data-preview]");
  preview.dataset.jump = ""; // on a phone the preview is below
  preview.addEventListener("click", (event) => {
    event.preventDefault();
    seen.closest("section").scrollIntoView();
    seen.focus({ preventScroll: true });
  });
  seen.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    if (!button) return;
    event.preventDefault();
    seen.querySelector('[name="step"]').value = button.dataset.step;
    window.htmx.trigger(seen, "look");
  });
})();
