"use strict";
(() => {
  const { frames, rest } = JSON.parse(document.getElementById("film").textContent);
  const { size: [columns, rows], cell: [wide, high], end, marks, styles, shapes, speed: recorded } = rest;
  const at = (id) => document.getElementById(id);
  const [screen, play, clock, scrub, speed, caption] =
    ["screen", "play", "clock", "scrub", "speed", "caption"].map(at);
  // Twice as fine as the cells are: sharp where it is shown smaller, and whole pixels for whole cells, so that no seams show.
  const SCALE = 2;
  const HOLD = 3000;
  screen.width = columns * wide * SCALE;
  screen.height = rows * high * SCALE;
  scrub.max = end;
  const context = screen.getContext("2d", { alpha: false });
  const paths = new Map(Object.entries(shapes).map(([sign, shape]) =>
    [sign, typeof shape === "string" ? new Path2D(shape) : shape / 100]));
  const font = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace";

  function sign(y, x, cells, text, [color, background, bold, line]) {
    context.setTransform(SCALE, 0, 0, SCALE, x * wide * SCALE, y * high * SCALE);
    context.fillStyle = background;
    context.fillRect(0, 0, cells * wide, high);
    context.fillStyle = color;
    const shape = paths.get(text);
    if (shape instanceof Path2D) {
      context.fill(shape);
    } else if (shape !== undefined) {
      context.globalAlpha = shape;
      context.fillRect(0, 0, wide, high);
      context.globalAlpha = 1;
    } else if (text !== " ") {
      context.font = `${bold ? "bold " : ""}${wide / 0.6}px ${font}`;
      context.textAlign = "center";
      context.fillText(text, cells * wide / 2, high - Math.floor(high / 4));
    }
    if (line) context.fillRect(0, high - 2, cells * wide, 1);
  }

  function draw([, runs]) {
    for (const [y, x, style, text, cells] of runs) {
      if (cells) sign(y, x, cells, text, styles[style]);
      else [...text].forEach((letter, n) => sign(y, x + n, 1, letter, styles[style]));
    }
  }

  // The last frame at or before this time.
  function frameAt(t) {
    let [low, past] = [0, frames.length];
    while (past - low > 1) {
      const middle = (low + past) >> 1;
      if (frames[middle][0] <= t) low = middle; else past = middle;
    }
    return low;
  }

  let now = 0, drawn = -1, running = true, before = null, held = 0;

  function show(t) {
    now = Math.min(Math.max(t, 0), end);
    const wanted = frameAt(now);
    // A frame says what changes: back in time is from the beginning.
    if (wanted < drawn) drawn = -1;
    while (drawn < wanted) draw(frames[++drawn]);
    scrub.value = now;
    const seconds = (ms) => (ms * recorded / 1000).toFixed(2);
    clock.value = `${seconds(now)} of ${seconds(end)} s`;
    const last = marks.filter(([when]) => when <= now).pop();
    const text = last ? last[1] : "";
    if (caption.textContent !== text) caption.textContent = text;
  }

  function run(yes) {
    if (yes && now >= end) show(0);
    [running, before, held] = [yes, null, 0];
    play.textContent = yes ? "pause" : "play";
  }

  function tick(time) {
    if (running) {
      const passed = before === null ? 0 : Math.min(time - before, 250);
      before = time;
      if (now < end) show(now + passed * Number(speed.value));
      // The result stays for a while, then the film ends.
      else if ((held += passed) >= HOLD) run(false);
    }
    requestAnimationFrame(tick);
  }

  function toMoment(by) {
    const times = marks.map(([when]) => when);
    const next = by > 0 ? times.find((when) => when > now) : times.filter((when) => when < now).pop();
    if (next !== undefined) pauseAt(next);
  }

  function pauseAt(t) {
    run(false);
    show(t);
  }

  const toFrame = (by) => pauseAt((frames[frameAt(now) + by] ?? [by < 0 ? 0 : end])[0]);
  const toSpeed = (by) => {
    speed.selectedIndex = Math.min(Math.max(speed.selectedIndex + by, 0), speed.options.length - 1);
  };
  const keys = {
    " ": () => run(!running),
    k: () => run(!running),
    ArrowLeft: () => pauseAt(now - 1000),
    ArrowRight: () => pauseAt(now + 1000),
    ",": () => toFrame(-1),
    ".": () => toFrame(1),
    "<": () => toMoment(-1),
    ">": () => toMoment(1),
    "+": () => toSpeed(1),
    "-": () => toSpeed(-1),
    Home: () => pauseAt(0),
    End: () => pauseAt(end),
  };
  document.addEventListener("keydown", (event) => {
    const chosen = event.target === speed || event.ctrlKey || event.metaKey || event.altKey;
    const pressed = event.target instanceof HTMLButtonElement && event.key === " ";
    if (chosen || pressed || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  play.addEventListener("click", () => run(!running));
  scrub.addEventListener("input", () => pauseAt(Number(scrub.value)));
  for (const [when, text] of marks) {
    const mark = document.createElement("button");
    mark.textContent = "▼";
    mark.title = text;
    mark.setAttribute("aria-label", text);
    mark.style.left = `${100 * when / Math.max(end, 1)}%`;
    mark.addEventListener("click", () => pauseAt(when));
    at("marks").append(mark);
  }
  // A page may be opened at a moment, in ms of the film: #t=1500.
  const start = /^#t=(\d+)$/.exec(location.hash);
  show(start ? Number(start[1]) : 0);
  run(!start);
  requestAnimationFrame(tick);
})();
