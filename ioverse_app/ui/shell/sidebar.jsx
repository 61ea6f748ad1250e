// The sidebar: a column on wide screens, a drawer on small ones.
import { useEffect, useRef, useState } from "react";

const OPENS = "[data-opens-sidebar]";
const CLOSES = "[data-closes-sidebar]";

export function Sidebar({ children, folded, label }) {
  const [open, setOpen] = useState(false);
  const opener = useRef(null);
  const nav = useRef(null);
  useEffect(() => {
    const clicked = ({ target }) => {
      if (target.closest(OPENS)) {
        opener.current = target.closest(OPENS);
        setOpen(true);
      } else if (target.closest(CLOSES)) setOpen(false);
    };
    document.addEventListener("click", clicked);
    return () => document.removeEventListener("click", clicked);
  }, []);
  useEffect(() => {
    if (!open) return undefined;
    nav.current.focus();
    const pressed = (event) => {
      // A menu or a field inside takes Escape for itself.
      if (event.key === "Escape" && !event.defaultPrevented) setOpen(false);
    };
    document.addEventListener("keydown", pressed);
    return () => {
      document.removeEventListener("keydown", pressed);
      opener.current?.focus();
    };
  }, [open]);
  return (
    <>
      <nav aria-label={label} className="sidebar" data-folded={folded} data-open={open} ref={nav} tabIndex={-1}>
        {children}
      </nav>
      <div aria-hidden="true" className="sidebar-shade" data-closes-sidebar="" />
    </>
  );
}
