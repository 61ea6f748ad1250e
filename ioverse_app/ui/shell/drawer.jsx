// A panel beside the page, which stays in use: Escape puts it away, and focus goes back.
import { useEffect, useRef } from "react";

// These take Escape for themselves.
const TAKES_ESCAPE = "input, select, textarea:not(.composer-field), [role=menu], [role=alertdialog], [role=dialog]";

export function Drawer({ children, id, label, onClose }) {
  const panel = useRef(null);
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    const before = document.activeElement;
    panel.current.focus({ preventScroll: true });
    const pressed = (event) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      const inside = panel.current.contains(event.target);
      if (!inside && event.target.closest(TAKES_ESCAPE)) return;
      if (inside) event.target.blur(); // what was typed there is a change now
      close.current();
    };
    document.addEventListener("keydown", pressed);
    return () => {
      document.removeEventListener("keydown", pressed);
      if (document.activeElement === document.body) before?.focus();
    };
  }, []);
  return (
    <div aria-label={label} className="drawer" id={id} ref={panel} role="dialog" tabIndex={-1}>
      {children}
    </div>
  );
}
