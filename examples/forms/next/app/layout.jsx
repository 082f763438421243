import "./style.css";

export const metadata = { title: "A model in a page", icons: "data:," };

export default function Layout({ children }) {
  return <html lang="en"><body>{children}</body></html>;
}
