// Something before the whole page: Escape closes it, and focus goes back to where it was.
import { useEffect, useRef } from "react";

export function Overlay({ children, className, label, onClose, onKey }) {
  const dialog = useRef(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current.showModal();
    dialog.current.focus();
    return () => before?.isConnected && before.focus({ preventScroll: true });
  }, []);
  const pressed = (event) => {
    event.stopPropagation();
    if (event.key !== "Escape") return onKey?.(event);
    event.preventDefault();
    onClose();
  };
  return (
    <dialog aria-label={label} className={className} onCancel={(event) => (event.preventDefault(), onClose())}
      onKeyDown={pressed} ref={dialog} tabIndex={-1}>
      {children}
    </dialog>
  );
}
