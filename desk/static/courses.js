// Uploading a file of courses: drop it, see how far it is, hear at once that it is too large. Without it the form is sent as it is.
"use strict";

(() => {
  const form = document.querySelector("[data-upload]");
  if (!form) return;
  const input = form.querySelector("input[type=file]");
  const drop = form.querySelector("[data-drop]");
  const problem = form.querySelector("[data-problem]");
  const shown = form.querySelector("[data-progress]");
  const button = form.querySelector("button");

  const complain = (text) => {
    problem.textContent = text;
    problem.hidden = !text;
  };
  const fits = () => {
    const large = input.files[0] && input.files[0].size > Number(form.dataset.most);
    complain(large ? form.dataset.large : "");
    return !large;
  };
  input.addEventListener("change", fits);

  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    fits();
  });

  const over = () => {
    shown.hidden = true;
    button.disabled = false;
    delete form.dataset.sent;
    button.removeAttribute("aria-busy");
  };
  // Before the listener of desk.js, which marks the form as sent.
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (!fits() || button.disabled) return;
    const request = new XMLHttpRequest();
    const bar = shown.querySelector("progress");
    request.upload.addEventListener("progress", (state) => {
      bar.value = state.loaded / state.total;
      if (state.loaded === state.total) bar.removeAttribute("value"); // now it is read
    });
    request.addEventListener("load", () => {
      const next = request.getResponseHeader("hx-redirect");
      if (next) {
        location.assign(next);
        return;
      }
      over();
      const answer = new DOMParser().parseFromString(request.responseText, "text/html");
      complain(answer.querySelector(".notice p, .empty p")?.textContent ?? form.dataset.failed);
    });
    request.addEventListener("error", () => {
      over();
      complain(form.dataset.failed);
    });
    request.open("POST", form.action);
    request.setRequestHeader("HX-Request", "true");
    request.setRequestHeader("X-CSRF", document.querySelector('meta[name="csrf"]').content);
    button.disabled = true;
    shown.hidden = false;
    request.send(new FormData(form));
  });
})();
