// Sends photos, files and voice messages with a progress bar, and plays answers in place; without it the form and the links do the same.
(function () {
  "use strict";
  var lotse = window.lotse, attach = document.getElementById("attach");
  if (!lotse || !attach || !window.FormData) return;
  var form = document.getElementById("upload"), chosen = form.elements.file, bar = form.querySelector("progress");
  var sendButton = form.querySelector("button");

  function show(element, on) { element.hidden = !on; }

  function send(body) {
    lotse.complain("");
    show(bar, true);
    bar.value = 0;
    sendButton.setAttribute("aria-busy", "true");
    lotse.queue(function () {
      return post(body).then(function (html) {
        done();
        form.reset();
        form.elements.key.value = lotse.newKey();
        attach.open = false;
        lotse.take(html);
        var lines = document.querySelectorAll("#log .mine");
        if (lines.length) lines[lines.length - 1].scrollIntoView({ block: "center" });
        attach.querySelector("summary").focus({ preventScroll: true });
      }, function (error) {
        done();
        lotse.complain(error.message || document.getElementById("offline").textContent);
      });
    });
  }
  function done() {
    show(bar, false);
    sendButton.removeAttribute("aria-busy");
  }

  function post(body) {
    return new Promise(function (resolve, reject) {
      var request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.setRequestHeader("X-Lotse", "1");
      request.upload.onprogress = function (event) { if (event.lengthComputable) bar.value = event.loaded / event.total; };
      request.onload = function () {
        if (request.status < 300) { resolve(request.responseText); return; }
        var message = "";
        try { message = JSON.parse(request.responseText).error.message; } catch (error) { /* a page of a proxy */ }
        reject({ message: message });
      };
      request.onerror = function () { reject({ message: "" }); };
      request.send(body);
    });
  }

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    if (sendButton.getAttribute("aria-busy") || !chosen.files.length) return;
    if (chosen.files[0].size > Number(form.dataset.limit)) { lotse.complain(form.dataset.large); return; }
    send(new FormData(form));
  });

  attach.addEventListener("keydown", function (event) {
    if (event.key !== "Escape" || !attach.open) return;
    attach.open = false;
    attach.querySelector("summary").focus();
  });

  // Voice: the microphone is asked for only when the button is pressed, and let go as soon as the recording ends.
  var record = document.getElementById("record"), discard = document.getElementById("discard");
  var words = record.querySelector("span"), status = attach.querySelector(".recording"), label = words.textContent;
  var recorder = null, MOST_SECONDS = 120;

  if (window.MediaRecorder && navigator.mediaDevices && navigator.mediaDevices.getUserMedia) {
    show(record, true);
    record.addEventListener("click", function () {
      if (recorder) { recorder.stop(); return; }
      lotse.complain("");
      navigator.mediaDevices.getUserMedia({ audio: true }).then(start, function () { lotse.complain(record.dataset.denied); });
    });
    discard.addEventListener("click", function () {
      if (!recorder) return;
      recorder.unwanted = true;
      recorder.stop();
      record.focus();
    });
    attach.addEventListener("toggle", function () { if (!attach.open && recorder) discard.click(); });
  }

  function start(stream) {
    var pieces = [], began = Date.now(), mine = recorder = new MediaRecorder(stream, { audioBitsPerSecond: 32000 });
    var clock = setInterval(function () {
      var seconds = Math.floor((Date.now() - began) / 1000);
      status.textContent = Math.floor(seconds / 60) + ":" + ("0" + seconds % 60).slice(-2);
      if (seconds >= MOST_SECONDS && recorder === mine) mine.stop();
    }, 500);
    mine.ondataavailable = function (event) { pieces.push(event.data); };
    mine.onstop = function () {
      clearInterval(clock);
      stream.getTracks().forEach(function (track) { track.stop(); });
      recorder = null;
      look(false);
      if (!mine.unwanted) sendVoice(new Blob(pieces, { type: mine.mimeType }));
    };
    mine.start();
    look(true);
  }
  function look(on) {
    words.textContent = on ? record.dataset.stop : label;
    record.querySelector("use").setAttribute("href", on ? "#i-stop" : "#i-voice");
    record.classList.toggle("on", on);
    status.textContent = on ? "0:00" : "";
    status.setAttribute("aria-live", "off");
    show(discard, on);
  }
  function sendVoice(blob) {
    var body = new FormData();
    body.append("csrf", form.elements.csrf.value);
    body.append("key", lotse.newKey());
    body.append("file", blob, "voice");
    send(body);
  }

  // Listening: one sound at a time, in place.
  var sound = null, playing = null;

  function quiet() {
    if (sound) sound.pause();
    if (playing) {
      playing.querySelector("span").textContent = playing.dataset.listen;
      playing.querySelector("use").setAttribute("href", "#i-listen");
      playing.removeAttribute("aria-busy");
    }
    playing = null;
  }
  function play(link) {
    link.dataset.listen = link.querySelector("span").textContent;
    link.querySelector("span").textContent = link.dataset.stop;
    link.querySelector("use").setAttribute("href", "#i-stop");
    link.setAttribute("aria-busy", "true");
    playing = link;
    sound = new Audio(link.href);
    sound.onplaying = function () { link.removeAttribute("aria-busy"); };
    sound.onended = quiet;
    sound.onerror = quiet;
    sound.play().catch(quiet);
  }

  document.addEventListener("click", function (event) {
    var link = event.target.closest ? event.target.closest("a.listen") : null;
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !window.Audio) return;
    event.preventDefault();
    var same = playing === link;
    quiet();
    if (!same) play(link);
  });
})();
