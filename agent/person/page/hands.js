// From what a pointer, a wheel and a keyboard do to gestures. Places are parts (0..1) of the
// picture's width and height, so that the scale at which it is shown does not matter.

const SLOP_PX = 8; // a pointer that moves less has not moved
const HOLD_MS = 500;
const SECOND_TAP_MS = 260;
const SLOW_MS = 900; // a slower stroke is a drag: it lets go where it stands
const WHEEL_REST_MS = 180;
const PAUSE_MS = 1400;
const KEYS = {
  Backspace: "delete", Delete: "forward_delete", Tab: "tab", ArrowUp: "up", ArrowDown: "down",
  ArrowLeft: "left", ArrowRight: "right", PageUp: "page_up", PageDown: "page_down",
  Home: "move_home", End: "move_end", Enter: "enter",
};

const part = (value) => Math.min(1, Math.max(0, value));
const seconds = (ms) => Math.min(60, Math.max(0.05, Math.round(ms) / 1000));

export function spotAt(event, box) {
  return { x: part((event.clientX - box.left) / box.width), y: part((event.clientY - box.top) / box.height) };
}

/** Gestures of a pointer and a wheel over `area`, as it shows `picture`. Gives a `flush`: a tap is
 * held back for a moment, as a second one may follow. */
export function watchPointer(area, picture, finger, emit) {
  let down = null; // {id, spot, x, y, at, movedAt}
  let waitingTap = null; // {spot, timer}
  let holdTimer = 0;
  const box = () => picture.getBoundingClientRect();

  const mark = (spot, held) => {
    finger.hidden = spot === null;
    finger.classList.toggle("held", held);
    if (spot) {
      finger.style.left = `${spot.x * 100}%`;
      finger.style.top = `${spot.y * 100}%`;
    }
  };
  const flushTap = () => {
    if (!waitingTap) return;
    clearTimeout(waitingTap.timer);
    const { spot } = waitingTap;
    waitingTap = null;
    emit({ kind: "tap", at: spot });
  };
  const near = (a, b) => Math.hypot((a.x - b.x) * box().width, (a.y - b.y) * box().height) < 3 * SLOP_PX;

  area.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || down || !picture.naturalWidth) return;
    event.preventDefault();
    area.focus({ preventScroll: true });
    area.setPointerCapture(event.pointerId);
    const spot = spotAt(event, box());
    down = { id: event.pointerId, spot, x: event.clientX, y: event.clientY, at: performance.now(), movedAt: 0 };
    mark(spot, false);
    holdTimer = setTimeout(() => down && !down.movedAt && mark(spot, true), HOLD_MS);
  });
  area.addEventListener("pointermove", (event) => {
    if (!down || event.pointerId !== down.id) return;
    const far = Math.hypot(event.clientX - down.x, event.clientY - down.y) > SLOP_PX;
    if (far && !down.movedAt) down.movedAt = performance.now();
    if (down.movedAt) mark(spotAt(event, box()), false);
  });
  area.addEventListener("pointerup", (event) => {
    if (!down || event.pointerId !== down.id) return;
    const { spot, at, movedAt } = down;
    const lasted = performance.now() - at;
    down = null;
    clearTimeout(holdTimer);
    mark(null, false);
    if (movedAt) {
      flushTap();
      const slow = movedAt - at >= HOLD_MS || lasted >= SLOW_MS;
      emit({ kind: slow ? "drag" : "swipe", start: spot, end: spotAt(event, box()), duration_s: seconds(lasted) });
    } else if (lasted >= HOLD_MS) {
      flushTap();
      emit({ kind: "long_press", at: spot, duration_s: seconds(lasted) });
    } else if (waitingTap && near(waitingTap.spot, spot)) {
      clearTimeout(waitingTap.timer);
      waitingTap = null;
      emit({ kind: "double_tap", at: spot });
    } else {
      flushTap();
      waitingTap = { spot, timer: setTimeout(flushTap, SECOND_TAP_MS) };
    }
  });
  area.addEventListener("pointercancel", () => {
    down = null;
    clearTimeout(holdTimer);
    mark(null, false);
  });
  area.addEventListener("contextmenu", (event) => event.preventDefault());

  let turned = null; // {x, y, spot, timer}
  area.addEventListener("wheel", (event) => {
    event.preventDefault();
    if (!picture.naturalWidth) return;
    const unit = event.deltaMode === 1 ? 40 : event.deltaMode === 2 ? box().height : 1;
    turned = turned ?? { x: 0, y: 0, spot: spotAt(event, box()), timer: 0 };
    turned.x += event.deltaX * unit;
    turned.y += event.deltaY * unit;
    clearTimeout(turned.timer);
    turned.timer = setTimeout(() => {
      const { x, y, spot } = turned;
      turned = null;
      const along = Math.abs(y) >= Math.abs(x);
      const [by, extent] = along ? [y, box().height] : [x, box().width];
      if (!by) return;
      const direction = along ? (by > 0 ? "down" : "up") : by > 0 ? "right" : "left";
      const amount = Math.round(Math.min(1, Math.max(0.1, Math.abs(by) / extent)) * 100) / 100;
      emit({ kind: "scroll", at: spot, direction, amount });
    }, WHEEL_REST_MS);
  }, { passive: false });
  return flushTap;
}

/** Text from `field`, sent after a pause or with Enter; other keys at once. Gives a `flush`. */
export function watchTyping(field, clear, send, emit) {
  let timer = 0;
  let composing = false;
  const flush = (submit = false) => {
    clearTimeout(timer);
    const text = field.value;
    field.value = "";
    send.disabled = true;
    if (text) emit({ kind: "type_text", text, clear: clear.checked, submit });
    if (text) clear.checked = false;
    return text !== "";
  };
  const later = () => {
    clearTimeout(timer);
    send.disabled = field.value === "";
    if (!composing && field.value) timer = setTimeout(flush, PAUSE_MS);
  };
  field.addEventListener("compositionstart", () => { composing = true; clearTimeout(timer); });
  field.addEventListener("compositionend", () => { composing = false; later(); });
  field.addEventListener("input", later);
  field.addEventListener("keydown", (event) => {
    if (composing || event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (!flush(true)) emit({ kind: "press_key", key: "enter" });
    } else if (!field.value && event.key in KEYS && event.key !== "Tab") {
      event.preventDefault();
      emit({ kind: "press_key", key: KEYS[event.key] });
    }
  });
  send.addEventListener("click", () => flush());
  return flush;
}

/** A key that was pressed while the picture had the focus: its gesture, or null for text. */
export function keyGesture(event) {
  return event.key in KEYS ? { kind: "press_key", key: KEYS[event.key] } : null;
}
