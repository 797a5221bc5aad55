// The chat of Lotse on another web site, by one tag:
// <script src="https://lotse.example/widget.js" data-town="demo" data-label="Questions?" defer></script>
(function () {
  "use strict";
  var script = document.currentScript;
  var origin = new URL(script.src).origin;
  var town = script.getAttribute("data-town") || "";
  var label = script.getAttribute("data-label") || "Lotse";
  var rtl = getComputedStyle(document.documentElement).direction === "rtl";
  var side = rtl ? "left" : "right";
  var frame = null;

  function style(element, rules) {
    for (var name in rules) element.style.setProperty(name, rules[name], "important");
  }

  var button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-label", label);
  button.title = label;
  style(button, {
    all: "initial", position: "fixed", bottom: "16px", "z-index": "2147483646", width: "60px", height: "60px",
    "border-radius": "30px", background: "#0b4a57", color: "#fff", cursor: "pointer", "box-shadow": "0 4px 16px rgba(0,0,0,.3)",
    "text-align": "center", font: "28px/60px sans-serif", border: "2px solid #fff", "box-sizing": "border-box", overflow: "hidden"
  });
  style(button, side === "left" ? { left: "16px" } : { right: "16px" });

  var image = document.createElement("img");
  image.alt = "";
  image.src = origin + "/static/icon.svg";
  style(image, { width: "100%", height: "100%", display: "block" });
  var cross = document.createElement("span");
  cross.textContent = "✕";
  cross.setAttribute("aria-hidden", "true");
  style(cross, { display: "none", "line-height": "56px" });
  button.append(image, cross);

  button.addEventListener("focus", function () { style(button, { outline: "3px solid #f6b93b", "outline-offset": "2px" }); });
  button.addEventListener("blur", function () { style(button, { outline: "none" }); });

  function build() {
    frame = document.createElement("iframe");
    frame.title = label;
    frame.allow = "microphone"; // asked for only when somebody records a voice message
    frame.src = origin + "/chat?embed=1" + (town ? "&town=" + encodeURIComponent(town) : "");
    style(frame, {
      position: "fixed", bottom: "88px", "z-index": "2147483646", width: "min(400px, calc(100vw - 16px))",
      height: "min(680px, calc(100vh - 104px))", border: "0", "border-radius": "16px", background: "#f3f6f6",
      "box-shadow": "0 8px 40px rgba(0,0,0,.35)", "color-scheme": "normal"
    });
    style(frame, side === "left" ? { left: "8px" } : { right: "8px" });
    document.body.append(frame);
  }

  function show(open) {
    if (open && !frame) build();
    if (frame) style(frame, { display: open ? "block" : "none" });
    style(image, { display: open ? "none" : "block" });
    style(cross, { display: open ? "block" : "none" });
    button.setAttribute("aria-expanded", String(open));
    (open ? frame : button).focus();
  }

  button.addEventListener("click", function () { show(button.getAttribute("aria-expanded") !== "true"); });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && button.getAttribute("aria-expanded") === "true") show(false);
  });
  document.body.append(button);
})();
