import "./style.css";

export const metadata = { title: "A model that looks through the camera", icons: "data:," };

export default function Layout({ children }) {
  return <html lang="en"><body>{children}</body></html>;
}
