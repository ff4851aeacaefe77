// The gesture and its target over a frame, in device px: the drawing's own coordinates.

function overlay(step) {
  const { width, height } = step.size;
  const unit = Math.min(width, height) / 100;
  const box = draw("svg", { class: "overlay", viewBox: `0 0 ${width} ${height}`, role: "img" });
  box.append(draw("title", {}, step.mark ? step.deed : "no gesture"));
  for (const region of step.masked) box.append(rectangle(region, "masked", 0));
  const mark = step.mark;
  if (!mark) return box;
  if (mark.target) box.append(rectangle(mark.target, "target", unit * 1.2));
  const shapes = { double_tap: doubleTap, long_press: longPress, scroll, swipe, drag: swipe };
  append(box, (shapes[mark.kind] || tap)(mark, unit));
  return box;
}

function rectangle(region, name, radius) {
  return draw("rect", {
    class: name,
    x: region.left,
    y: region.top,
    width: Math.max(0, region.right - region.left),
    height: Math.max(0, region.bottom - region.top),
    rx: radius,
  });
}

function circle(at, radius, name) {
  return draw("circle", { class: name, cx: at.x + 0.5, cy: at.y + 0.5, r: radius });
}

function tap(mark, unit) {
  return [circle(mark.at, unit * 4.5, "ring"), circle(mark.at, unit * 1.6, "dot")];
}

function doubleTap(mark, unit) {
  return [circle(mark.at, unit * 7, "ring"), ...tap(mark, unit)];
}

function longPress(mark, unit) {
  return [circle(mark.at, unit * 5.5, "ring hold"), circle(mark.at, unit * 1.6, "dot")];
}

function swipe(mark, unit) {
  return [...arrow(mark.at, mark.to, unit, "trail"), circle(mark.at, unit * 1.8, "dot")];
}

function scroll(mark, unit) {
  return [...arrow(mark.at, mark.to, unit, "trail dashed"), circle(mark.at, unit * 1.6, "ring")];
}

function arrow(from, to, unit, name) {
  const angle = Math.atan2(to.y - from.y, to.x - from.x);
  const size = Math.min(unit * 8, Math.hypot(to.x - from.x, to.y - from.y));
  const corner = (turn, reach) =>
    `${to.x + reach * Math.cos(angle + turn)},${to.y + reach * Math.sin(angle + turn)}`;
  const points = [corner(0, 0), corner(Math.PI - 0.5, size), corner(Math.PI + 0.5, size)].join(" ");
  return [
    draw("line", {
      class: name, x1: from.x, y1: from.y,
      x2: to.x - size * 0.8 * Math.cos(angle), y2: to.y - size * 0.8 * Math.sin(angle),
    }),
    draw("polygon", { class: "tip", points }),
  ];
}
