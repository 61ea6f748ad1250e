// Tells when it comes on the page, and whenever its value is another one.
import { useEffect, useRef } from "react";

export function Whenever({ value, onChange }) {
  const tell = useRef(onChange);
  tell.current = onChange;
  useEffect(() => {
    tell.current();
  }, [value]);
  return null;
}
