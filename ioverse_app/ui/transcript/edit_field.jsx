// The field in which a message is put into other words: it begins with the message's own.
import { useEffect, useRef } from "react";
import { texts } from "./store.js";

export function EditField({ messageId, name = "message", ...rest }) {
  const field = useRef(null);
  useEffect(() => {
    const { current: box } = field;
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
    // The field goes away, and focus with it: the next thing to write is below.
    return () => setTimeout(() => {
      if (document.activeElement === document.body && matchMedia("(pointer: fine)").matches)
        document.querySelector(".composer-field")?.focus({ preventScroll: true });
    }, 0);
  }, []);
  const sendOnEnter = (event) => {
    const composing = event.nativeEvent.isComposing || event.keyCode === 229;
    if (event.key !== "Enter" || event.shiftKey || composing) return;
    event.preventDefault();
    event.currentTarget.form.requestSubmit();
  };
  return (
    <textarea aria-label="Edit message" className="edit-field" defaultValue={texts.get(messageId)} dir="auto" name={name}
      onKeyDown={sendOnEnter} ref={field} rows={1} {...rest} />
  );
}
