// The picture behind a person, and the person on it.

/** A picture of which only large things are seen: made small by halves, and large again. (Safari's canvas has no filter.) */
export function blurred(picture, levels) {
  let [width, height, from] = [picture.width, picture.height, picture];
  const sizes = [];
  for (let level = 0; level < levels && Math.min(width, height) > 2; level++) {
    sizes.push([width, height]);
    [width, height] = [Math.ceil(width / 2), Math.ceil(height / 2)];
    from = resized(from, width, height);
  }
  for (const [wide, high] of sizes.reverse()) from = resized(from, wide, high);
  return from;
}

/** A picture without colour. */
export function grayed(picture) {
  const canvas = resized(picture, picture.width, picture.height);
  const context = canvas.getContext("2d");
  context.globalCompositeOperation = "saturation";
  context.fillStyle = "gray";
  context.fillRect(0, 0, canvas.width, canvas.height);
  return canvas;
}

/** Sets a picture on a canvas, as far as the mask is opaque, and the background behind it. */
export function compose(canvas, picture, mask, background) {
  [canvas.width, canvas.height] = [picture.width, picture.height];
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(mask, 0, 0, canvas.width, canvas.height);
  context.globalCompositeOperation = "source-in";
  context.drawImage(picture, 0, 0);
  context.globalCompositeOperation = "destination-over";
  if (background !== undefined) context.drawImage(background, 0, 0);
}

function resized(picture, width, height) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, width, height);
  return canvas;
}
