import { CameraPage } from "./CameraPage";

/** Rendered on the server; the model runs in the client component. */
export default function Page() {
  return (
    <main>
      <h1>A model that looks through the camera</h1>
      <CameraPage />
    </main>
  );
}
