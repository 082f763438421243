import { ModelForm } from "./ModelForm";

/** Rendered on the server; the model runs in the client component. */
export default function Page() {
  return (
    <main>
      <h1>A model in a page</h1>
      <ModelForm />
    </main>
  );
}
