// A dialog before everything else: Escape and a click beside it close it, and focus goes back.
import { useEffect, useRef } from "react";

export function Dialog({ children, label, onClose }) {
  const dialog = useRef(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current.showModal();
    return () => before?.isConnected && before.focus({ preventScroll: true });
  }, []);
  const pressed = (event) => {
    event.stopPropagation();
    if (event.key !== "Escape") return;
    event.preventDefault();
    onClose();
  };
  return (
    <dialog aria-label={label} className="palette" onClick={({ target }) => target === dialog.current && onClose()}
      onClose={onClose} onKeyDown={pressed} ref={dialog}>
      {children}
    </dialog>
  );
}
