// Public pages work without this: it lets files be dropped, and shows licences one after the other.
"use strict";

const form = document.querySelector("form[data-drop]");
if (form) {
  const zone = form.querySelector(".drop");
  const input = form.querySelector("input[type=file]");
  const chosen = form.querySelector(".chosen");

  const tell = () => {
    const file = input.files[0];
    const large = file && file.size > Number(form.dataset.most);
    chosen.textContent = !file ? "" : large ? file.name + " ใหญ่เกิน 20 MB" : file.name;
    input.setCustomValidity(large ? "ไฟล์ใหญ่เกิน 20 MB" : "");
  };
  input.addEventListener("change", tell);
  for (const name of ["dragenter", "dragover"]) {
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
  }
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    tell();
    if (form.reportValidity()) form.requestSubmit();
  });
}

// Who asked for less motion starts with a show that stands still.
function runShow(show) {
  const slides = [...show.querySelectorAll(".slide")];
  const controls = document.querySelector(".controls");
  if (slides.length < 2) return;
  const pause = controls.querySelector("[data-pause]");
  const place = controls.querySelector(".place");
  let at = 0;
  let timer = 0;

  const draw = () => {
    slides.forEach((slide, one) => slide.classList.toggle("shown", one === at));
    place.textContent = at + 1 + " / " + slides.length;
  };
  const step = (by) => {
    at = (at + by + slides.length) % slides.length;
    draw();
    if (timer) run();
  };
  const run = () => {
    clearInterval(timer);
    timer = setInterval(() => step(1), Number(show.dataset.seconds) * 1000);
    told();
  };
  const hold = () => {
    clearInterval(timer);
    timer = 0;
    told();
  };
  const told = () => {
    pause.setAttribute("aria-pressed", String(!timer));
    pause.textContent = timer ? "หยุด" : "เล่นต่อ";
    place.setAttribute("aria-live", timer ? "off" : "polite");
  };

  controls.hidden = false;
  show.classList.add("running");
  pause.addEventListener("click", () => (timer ? hold() : run()));
  controls.querySelectorAll("[data-slide]").forEach((button) => {
    button.addEventListener("click", () => step(Number(button.dataset.slide)));
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowRight") step(1);
    else if (event.key === "ArrowLeft") step(-1);
    else if (event.key === " " && !event.target.closest("button, a")) timer ? hold() : run();
    else return;
    event.preventDefault();
  });
  draw();
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) hold();
  else run();
}
document.querySelectorAll(".slides[data-seconds]").forEach(runShow);
