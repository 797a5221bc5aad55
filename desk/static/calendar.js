// Moving appointments in the week by mouse and by keyboard, and fresh weeks when something changes. Both ways of moving only lead to the
// page that asks whether to move; without this script the page "Move" does the same.
"use strict";

(() => {
  const DAY_ROWS = 96;
  const NEAR = 6; // pixels that a press may tremble
  const wide = window.matchMedia("(min-width: 64rem)");
  let held = null; // what is being moved: {link, day, at, ghost, pointer}

  const print = document.querySelector("[data-print]");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }
  if (!document.getElementById("week")) return;

  const tracks = () => [...document.querySelectorAll(".cal-track")];
  const clock = (row) => `${String(Math.floor(row / 4)).padStart(2, "0")}:${String((row % 4) * 15).padStart(2, "0")}`;

  const grid = () => {
    const found = document.querySelector(".cal");
    return { first: Number(found.dataset.first), rows: Number(found.dataset.rows), said: found.dataset.said };
  };

  function begin(link, pointer) {
    const track = link.closest(".cal-track");
    const ghost = document.createElement("li");
    ghost.append(document.createElement("div"));
    held = { link, pointer, track, ghost, at: Number(link.dataset.at), moved: false };
    link.closest(".cal-event").classList.add("dragged");
    document.body.classList.toggle("dragging", Boolean(pointer));
  }

  function show(track, at) {
    const { first, rows, said } = grid();
    const long = Number(held.link.dataset.for);
    held.at = Math.min(Math.max(at, 0), Math.max(rows - long, 0));
    held.track = track;
    held.moved = true;
    held.ghost.className = `cal-ghost at-${held.at} for-${Math.min(long, DAY_ROWS)} lane-0-1`;
    held.ghost.setAttribute("aria-hidden", "true");
    held.ghost.firstChild.textContent = clock(first + held.at);
    track.querySelector(".cal-events").append(held.ghost);
    const sentence = said.replace("%day%", track.dataset.name).replace("%time%", clock(first + held.at));
    document.getElementById("cal-said").textContent = sentence;
  }

  function leave() {
    held.ghost.remove();
    held.link.closest(".cal-event").classList.remove("dragged");
    document.body.classList.remove("dragging");
    document.getElementById("cal-said").textContent = "";
    held = null;
  }

  function confirm() {
    const at = `${held.track.dataset.day}T${clock(grid().first + held.at)}`;
    const url = `/desk/calendar/appointments/${held.link.dataset.move}/move?at=${encodeURIComponent(at)}`;
    leave();
    window.location.assign(url);
  }

  document.addEventListener("pointerdown", (event) => {
    const link = event.target.closest?.("a[data-move]");
    if (!link || event.button !== 0 || event.pointerType === "touch" || !wide.matches || event.ctrlKey || event.metaKey) return;
    const from = event.clientY - link.getBoundingClientRect().top;
    begin(link, { x: event.clientX, y: event.clientY, from });
  });

  document.addEventListener("pointermove", (event) => {
    if (!held?.pointer) return;
    if (!held.moved && Math.hypot(event.clientX - held.pointer.x, event.clientY - held.pointer.y) < NEAR) return;
    event.preventDefault();
    const there = tracks().find((one) => {
      const box = one.getBoundingClientRect();
      return event.clientX >= box.left && event.clientX < box.right;
    });
    const track = there ?? held.track;
    const box = track.querySelector(".cal-events").getBoundingClientRect();
    show(track, Math.round((event.clientY - held.pointer.from - box.top) / (box.height / grid().rows)));
  });

  document.addEventListener("pointerup", () => {
    if (!held?.pointer) return;
    if (!held.moved) {
      leave();
      return;
    }
    // The click that follows would open the appointment.
    document.addEventListener("click", (event) => event.preventDefault(), { capture: true, once: true });
    confirm();
  });

  document.addEventListener("pointercancel", () => held?.pointer && leave());

  const STEPS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

  document.addEventListener("keydown", (event) => {
    if (held && event.key === "Escape") {
      event.preventDefault();
      leave();
      return;
    }
    if (held && !held.pointer && event.key === "Enter") {
      event.preventDefault();
      confirm();
      return;
    }
    const link = document.activeElement?.closest?.("a[data-move]");
    if (!link || !event.altKey || !(event.key in STEPS) || !wide.matches) return;
    event.preventDefault();
    if (!held) begin(link, null);
    const [days, quarters] = STEPS[event.key];
    const all = tracks();
    const place = Math.min(Math.max(all.indexOf(held.track) + days, 0), all.length - 1);
    show(all[place], held.at + quarters);
  });

  document.addEventListener("focusout", (event) => {
    if (held && !held.pointer && event.target === held.link) leave();
  });

  // A week that is swapped in would pull the appointment out of somebody's hand.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (held && event.target.id === "week") event.preventDefault();
  });

  const live = new EventSource(`/desk/live?after=${document.getElementById("week").dataset.live}`);
  live.addEventListener("news", (event) => {
    if (JSON.parse(event.data).kind === "calendar") window.htmx.trigger(document.body, "calendar");
  });
  live.addEventListener("reload", () => window.htmx.trigger(document.body, "calendar"));
  window.addEventListener("pagehide", () => live.close());
})();
