// Pictures on the way to a model and back.
export { type Channels, type Layout, type Letterboxed, type NumberOptions, type PictureDType, type PictureOptions, type PictureTensor, letterbox, toTensor } from "./image/to-tensor.js";
export { type Pixels, type PictureSource, type Size } from "./image/pixels.js";
export { type Fit, type FitOptions, type Placement, type ToSourceOptions, boxesToSource, placePicture } from "./image/placement.js";
export type { Filter } from "./image/resample.js";
export { type FromTensorOptions, fromTensor } from "./image/from-tensor.js";
export { type Color, type ColorMap, type HeatMapOptions, type MaskOptions, fromHeatMap, fromMask } from "./image/paint.js";
export { type BoxFormat, type NmsOptions, convertBoxes, nms } from "./image/boxes.js";
export { type FrameInfo, type VideoLoop, videoLoop } from "./image/video-loop.js";
