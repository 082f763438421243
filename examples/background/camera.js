// A camera's frames, until the signal ends it.
import { videoLoop } from "sconce/image";

/** Calls back with one frame at a time: those that come meanwhile are dropped, and none come while the page is hidden. */
export async function watchCamera(video, onFrame, signal) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user" } });
  try {
    signal.throwIfAborted();
    video.srcObject = stream;
    await video.play();
    await videoLoop(video, onFrame, { signal }).done;
  } finally {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  }
}
