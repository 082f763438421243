// The cart on its track, 6 metres of it.
const [track, poleLength] = [6, 1];

export function draw(canvas, [x, , angle], force) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const sharp = devicePixelRatio;
  if (canvas.width !== Math.round(width * sharp)) [canvas.width, canvas.height] = [Math.round(width * sharp), Math.round(height * sharp)];
  const context = canvas.getContext("2d");
  const metre = width / track;
  const color = getComputedStyle(canvas).color;
  context.setTransform(sharp, 0, 0, sharp, 0, 0);
  context.clearRect(0, 0, width, height);
  // The origin in the middle of the track.
  context.translate(width / 2, height * 0.75);
  context.strokeStyle = context.fillStyle = color;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(-width / 2, 0.18 * metre);
  context.lineTo(width / 2, 0.18 * metre);
  context.stroke();

  context.translate(x * metre, 0);
  context.fillRect(-0.3 * metre, -0.09 * metre, 0.6 * metre, 0.18 * metre);
  for (const wheel of [-0.18, 0.18]) {
    context.beginPath();
    context.arc(wheel * metre, 0.12 * metre, 0.06 * metre, 0, 2 * Math.PI);
    context.fill();
  }
  context.strokeStyle = "#2a7ab8";
  context.lineWidth = 0.03 * metre;
  context.beginPath();
  context.moveTo(0, 0);
  context.lineTo((force / 20) * metre, 0);
  context.stroke();
  context.strokeStyle = "#d9822b";
  context.lineCap = "round";
  context.lineWidth = 0.07 * metre;
  context.beginPath();
  context.moveTo(0, -0.09 * metre);
  context.lineTo(Math.sin(angle) * poleLength * metre, -0.09 * metre - Math.cos(angle) * poleLength * metre);
  context.stroke();
}
