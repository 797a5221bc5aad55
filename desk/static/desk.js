// Makes the desk quicker; every page works without it. What arrives by itself is in `live.js`.
"use strict";

(() => {
  const token = document.querySelector('meta[name="csrf"]')?.content ?? "";

  // For scripts of single pages: desk.post(url, {field: value}) sends a form and gives back the response.
  window.desk = {
    post(url, fields = {}, options = {}) {
      return fetch(url, {
        method: "POST",
        headers: { "X-CSRF": token, "HX-Request": "true" },
        body: new URLSearchParams(fields),
        ...options,
      });
    },
  };

  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRF"] = token;
  });

  // A second press while the first is on its way must not send twice.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) {
      event.preventDefault();
      return;
    }
    if (form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    event.submitter?.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const busy of document.querySelectorAll("[aria-busy]")) busy.removeAttribute("aria-busy");
  });

  // <select data-submit> sends its form at once; the button for browsers without scripts goes.
  for (const select of document.querySelectorAll("[data-submit]")) {
    select.form.querySelector("[data-plain]")?.setAttribute("hidden", "");
    select.addEventListener("change", () => select.form.requestSubmit());
  }

  document.addEventListener("click", async (event) => {
    // <button data-copy="#id" hidden> copies the text of an element.
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      await navigator.clipboard.writeText(document.querySelector(copy.dataset.copy).textContent.trim());
      copy.querySelector("[data-label]").textContent = copy.dataset.copied;
    }
    // <details class="menu"> closes when something else is pressed.
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  if (navigator.clipboard) for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
})();
